// A region: the lowered nodes that one kernel executes.
#pragma once

#include <string>
#include <vector>

#include "ir/expr.h"
#include "ir/graph.h"

namespace ridge {

struct Region {
  std::vector<NodeId> anchors;  ///< conv, matmul, pooling, ...; empty for a pointwise region
  std::vector<NodeId> members;  ///< all nodes, anchors too, in topological order
  std::vector<ValueId>
      inputs;  ///< values read from outside, constants too; the anchor's inputs come first, in its order
  std::vector<ValueId> outputs;  ///< values that somebody outside reads
  Expr prologue;                 ///< over the anchor's input 0
  Expr epilogue;  ///< over the anchor's result (or, without anchor, over the inputs); operands name values

  /// The node that a pointwise region does not have.
  NodeId anchor() const { return anchors.empty() ? kNoNode : anchors.front(); }
};

/// Name of the region for people: that of its anchor, else of its last node, else the first output.
std::string displayName(const Graph& graph, const Region& region);

}  // namespace ridge
