#include "ops/reduce/reduce_support.h"

#include "ops/infer_support.h"
#include "ops/since_support.h"

namespace ridge {

AxisBits reducedAxisBits(const ReduceAttributes& attrs, std::span<const int64_t> axes, int64_t rank) {
  check(rank < 64, "tensors have at most 32 dimensions");
  if (axes.empty()) return attrs.noopWithEmptyAxes ? 0 : (AxisBits{1} << rank) - 1;
  AxisBits chosen = 0;
  for (int64_t axis : axes) {
    const AxisBits bit = AxisBits{1} << normalizeAxis(axis, rank);
    if (chosen & bit) failInput("axis " + std::to_string(axis) + " is reduced twice");
    chosen |= bit;
  }
  return chosen;
}

std::vector<int64_t> reducedAxes(const ReduceAttributes& attrs, const std::vector<int64_t>& axes,
                                 int64_t rank) {
  const AxisBits bits = reducedAxisBits(attrs, axes, rank);
  std::vector<int64_t> ascending;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (bits >> axis & 1U) ascending.push_back(axis);
  return ascending;
}

std::optional<std::vector<int64_t>> reducedAxes(const Graph& graph, const Node& node) {
  const Shape& input = graph.value(node.in[0]).shape;
  if (!input.ranked()) return std::nullopt;
  std::vector<int64_t> axes;
  if (node.in.size() > 1 && node.in[1] != kNoValue) {
    const Tensor* constant = graph.constant(node.in[1]);
    if (!constant) return std::nullopt;
    axes = toInts(*constant);
  }
  return reducedAxes(node.as<ReduceAttributes>(), axes, input.rank());
}

Shape reducedShape(const Shape& input, std::span<const int64_t> axes, bool keepDims) {
  std::vector<Dim> dims;
  for (int64_t axis = 0; axis < input.rank(); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end())
      dims.push_back(input[axis]);
    else if (keepDims)
      dims.emplace_back(1);
  }
  return Shape(std::move(dims));
}

void inferReduce(InferContext& c) {
  const auto& attrs = c.attrs<ReduceAttributes>();
  const Shape& input = c.shape(0);
  requireRank(c, 1, 1, 1);
  if (!input.ranked()) return c.output(0, c.type(0), {});
  const auto axes = c.has(1) ? c.integers(1) : std::vector<int64_t>();
  if (!axes) return c.output(0, c.type(0), attrs.keepDims ? unknownShape(input.rank()) : Shape());
  c.output(0, c.type(0), reducedShape(input, reducedAxes(attrs, *axes, input.rank()), attrs.keepDims));
}

int sinceReduce(const Node& node, const Graph& graph, int axesAsInput) {
  const bool newForm =
      (node.in.size() > 1 && node.in[1] != kNoValue) || node.as<ReduceAttributes>().noopWithEmptyAxes;
  constexpr ops::SinceTable kTypes{.narrowInts = 12, .boolean = 20};
  return std::max(newForm ? axesAsInput : 1, ops::sinceOfType(kTypes, ops::inputType(node, graph, 0)));
}

}  // namespace ridge
