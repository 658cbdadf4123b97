// Verdicts of verify and compare, for people.
#pragma once

#include <vector>

#include "common/output.h"

namespace ridge::tool {

void printVerdicts(const std::vector<Verdict>& verdicts, const Output& out);

}  // namespace ridge::tool
