// Where the convolutions and matrix products of a graph lie, seen from each of its nodes.
#pragma once

#include <vector>

#include "ir/graph.h"

namespace ridge::analyze {

/// Convolutions and matrix products in floating point.
bool isConvolution(const Op* op);
bool isProduct(const Op* op);

/// Two walks over the graph answer all questions. The graph must not change while they are asked.
class ProductReach {
 public:
  explicit ProductReach(const Graph& graph);

  /// A product lies anywhere behind the node.
  bool feedsProduct(NodeId node) const { return feeds_[static_cast<size_t>(node)]; }
  /// A product makes the value, or lies anywhere before the node that does.
  bool comesFromProduct(ValueId value) const {
    return value != kNoValue && comes_[static_cast<size_t>(value)];
  }
  /// The same in every run: a constant, or computed from constants alone.
  bool isWeight(ValueId value) const { return value != kNoValue && weight_[static_cast<size_t>(value)]; }

 private:
  std::vector<bool> feeds_;           // by node
  std::vector<bool> comes_, weight_;  // by value
};

}  // namespace ridge::analyze
