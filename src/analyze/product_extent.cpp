#include "analyze/product_extent.h"

#include "ops/conv/conv.h"
#include "ops/conv/conv_transpose.h"
#include "ops/matmul/matmul.h"
#include "ops/ops.h"

namespace ridge::analyze {

std::optional<ProductExtent> productExtentOf(const Graph& graph, const Node& node) {
  const bool convolves = node.op == &ops::conv || node.op == &ops::convTranspose;
  if (!convolves && node.op != &ops::gemm && node.op != &ops::matMul) return std::nullopt;
  const Shape &leftShape = graph.value(node.in[0]).shape, &rightShape = graph.value(node.in[1]).shape;
  if (!leftShape.isStatic() || !rightShape.isStatic()) return std::nullopt;
  const Dims left = leftShape.staticDims(), right = rightShape.staticDims();
  if (node.op == &ops::conv) {
    const int64_t group = node.as<ConvAttributes>().group;
    return ProductExtent{right[1], right[0] / group, group};
  }
  if (node.op == &ops::convTranspose) {
    const int64_t group = node.as<ConvTransposeAttributes>().group;
    return ProductExtent{right[0] / group, right[1], group};
  }
  if (node.op == &ops::gemm) {
    const bool transposed = node.as<GemmAttributes>().transB;
    return ProductExtent{right[transposed ? 1 : 0], right[transposed ? 0 : 1], 1};
  }
  return ProductExtent{left.back(), right.size() == 1 ? 1 : right.back(), 1};
}

int64_t roundedUp(int64_t count, int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

}  // namespace ridge::analyze
