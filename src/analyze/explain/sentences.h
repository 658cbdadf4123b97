// One decision in words. Names from the model are escaped.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyze/explain/explanation.h"

namespace ridge::analyze {

/// "41.2 us (measured)", "about 41.2 us (cost model)".
std::string timeOf(double estimateNs, double measuredNs);
std::string timeOf(const Decision& tried);

/// Why the step is as it is, in a clause: "measured 41.2 us, next best cpu.conv_gemm plain 55 us".
std::string whyChosen(const ExplainedStep& step);

/// "a, b and c", at most `most` of them.
std::string listed(std::span<const std::string> names, size_t most = 8);

/// What a pass did to its nodes, or why not.
std::string passSentence(const Decision& decision);

/// What a decision about a movement or another stepless thing says, with its subject.
std::string movementSentence(const Decision& decision);

}  // namespace ridge::analyze
