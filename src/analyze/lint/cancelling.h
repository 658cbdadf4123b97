// Transposes and Casts that undo each other, for the rule about them and for those that must not repeat it.
#pragma once

#include <vector>

#include "ir/graph.h"

namespace ridge::analyze::lint {

struct CancellingPair {
  NodeId first = kNoNode, second = kNoNode;
  bool adjacent = true;  ///< else elementwise nodes stand between them, of one operand and constant numbers
};
std::vector<CancellingPair> cancellingPairs(const Graph& graph);

}  // namespace ridge::analyze::lint
