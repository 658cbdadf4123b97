// Depth and width of the matrix product that a layer is, and what padding them costs.
#pragma once

#include <optional>

#include "ir/graph.h"

namespace ridge::analyze {

/// Channels of one group of a convolution; depth and columns of a matrix product.
struct ProductExtent {
  int64_t in = 0, out = 0, group = 1;
  /// Nothing that a matrix unit could work on: depthwise, or a single column.
  bool isVector() const { return in <= 1 || out <= 1; }
};

/// Of Conv, ConvTranspose, Gemm and MatMul with static shapes; nothing for other nodes.
std::optional<ProductExtent> productExtentOf(const Graph& graph, const Node& node);

int64_t roundedUp(int64_t count, int64_t multiple);

}  // namespace ridge::analyze
