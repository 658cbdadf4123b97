// All steps at a glance: the tables of `ridge explain`.
#pragma once

#include <string>
#include <vector>

#include "analyze/explain/explanation.h"

namespace ridge::analyze {

using Rows = std::vector<std::vector<std::string>>;  ///< the first is the heading; cells are escaped

/// Some steps were timed and others were not: then stepRows puts "~" before an estimate.
bool mixesTimes(const Explanation& explanation);

/// Step, ops, kernel, microseconds, precision, why.
Rows stepRows(const Explanation& explanation);

/// One row a node that could not be fused, neither here nor into another step: step, node, reason.
Rows notFusedRows(const Explanation& explanation);

/// Pass, how many rewrites, how many nodes it left alone for a reason.
Rows passRows(const Explanation& explanation);

/// What deserves attention: "3 reformats, 12 KiB, about 1.2 us in all", fallbacks and islands with their
/// cause, copies, precisions that differ.
std::vector<std::string> remarks(const Explanation& explanation);

}  // namespace ridge::analyze
