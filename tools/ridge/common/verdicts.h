// Verdicts of verify and compare, for people.
#pragma once

#include <vector>

#include "common/output.h"

namespace ridge::tool {

void printVerdicts(const std::vector<Verdict>& verdicts, const Output& out);

/// Adds a later sample's report to the one of all: the worst of each counts.
void keepWorst(VerifyReport& all, VerifyReport next);

}  // namespace ridge::tool
