#include "ops/pool/pool_support.h"

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/pool/pool.h"

namespace ridge {

void inferPool(InferContext& c, const WindowAttributes& attrs, bool ceilMode) {
  const Shape& input = c.shape(0);
  if (attrs.kernelShape.empty()) c.fail("the attribute kernel_shape is missing");
  requireRank(c, 0, 3, 5);
  if (!input.ranked()) return c.output(0, c.type(0), {});
  const auto spatial = std::span(input.dims()).subspan(2);
  if (attrs.kernelShape.size() != spatial.size())
    c.fail("kernel_shape has " + std::to_string(attrs.kernelShape.size()) + " elements instead of " +
           std::to_string(spatial.size()));
  std::vector<Dim> dims = {input[0], input[1]};
  const std::vector<Dim> sizes = windowOutputs(attrs, attrs.kernelShape, spatial, ceilMode);
  dims.insert(dims.end(), sizes.begin(), sizes.end());
  c.output(1, DType::i64, Shape(dims));
  c.output(0, c.type(0), Shape(std::move(dims)));
}

Cost poolCost(const Node& node, const Graph& graph, const WindowAttributes& attrs) {
  Cost cost = movedBytes(node, graph);
  cost.operations = elementsOf(graph, node.out[0]);
  for (int64_t extent : attrs.kernelShape) cost.operations = saturatingProduct(cost.operations, extent);
  return cost;
}

int64_t averagedElements(const WindowAxis& axis, int64_t o, bool countIncludePad) {
  if (!countIncludePad) {
    const auto [first, last] = axis.inside(o);
    return last - first;
  }
  // A window never starts before the padding; in ceil mode it may end behind it.
  const int64_t room = axis.input + axis.padEnd - axis.start(o);
  return std::min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
}

PoolWalk::PoolWalk(const KernelContext& k, const WindowAttributes& attrs, bool ceilMode)
    : input_(k.input(0)) {
  const auto dims = input_.dims;
  planes_ = dims[0] * dims[1];
  axes_ = withThreeAxes(resolveWindow(attrs, attrs.kernelShape, dims.subspan(2), ceilMode));
  numberClassOf(input_.type);
}

std::pair<int64_t, int64_t> PoolWalk::insideLine(int64_t from, int64_t count) const {
  const int64_t stride = x().stride, input = x().input;
  const int64_t first = from >= 0 ? 0 : std::min(count, (-from + stride - 1) / stride);
  const int64_t last = from >= input ? first : std::clamp((input - from + stride - 1) / stride, first, count);
  return {first, last};
}

}  // namespace ridge
