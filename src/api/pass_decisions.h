// What passes did and left, as an engine keeps it.
#pragma once

#include <vector>

#include "passes/driver.h"
#include "plan/decision.h"

namespace ridge {

/// Each once, in order: plans for several shapes are lowered by the same passes.
std::vector<Decision> decisionsOf(const PassReport& report);

}  // namespace ridge
