// Squeeze. Axes are an optional input; without them every dimension of 1 goes.
#include "ops/shape/views.h"

namespace ridge::ops {
namespace {

// Unranked when it depends on a dimension that is not known.
Shape withoutOnes(const Shape& shape) {
  std::vector<Dim> kept;
  for (const Dim& dim : shape.dims()) {
    if (!dim.isInteger()) return Shape();
    if (dim.value() != 1) kept.push_back(dim);
  }
  return Shape(std::move(kept));
}

Shape withoutAxes(InferContext& c, const Shape& shape, const std::vector<int64_t>& axes) {
  std::vector<bool> gone(static_cast<size_t>(shape.rank()), false);
  for (int64_t axis : distinctAxes(c, axes, shape.rank())) {
    c.require(!shape[axis].isInteger() || shape[axis].value() == 1, "a squeezed dimension is not 1");
    gone[static_cast<size_t>(axis)] = true;
  }
  std::vector<Dim> kept;
  for (int64_t axis = 0; axis < shape.rank(); ++axis)
    if (!gone[static_cast<size_t>(axis)]) kept.push_back(shape[axis]);
  return Shape(std::move(kept));
}

void infer(InferContext& c) {
  Shape result;
  if (c.shape(0).ranked()) {
    const auto axes = c.integers(1);
    if (!c.has(1))
      result = withoutOnes(c.shape(0));
    else if (axes)
      result = withoutAxes(c, c.shape(0), *axes);
  }
  c.output(0, c.type(0), result);
  passContents(c, result);
}

int sinceFor(const Node& node, const Graph& graph) {
  const bool axes = node.in.size() > 1 && node.in[1] != kNoValue;
  return std::max(axes ? 13 : 1, sinceOfType({.base = 1, .float8 = 21}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op squeeze{
    .name = "Squeeze",
    .since = 13,
    .sinceFor = sinceFor,
    .minInputs = 1,
    .maxInputs = 2,
    .infer = infer,
    .reference = copyKernel,
    .traits = kView,
};

}  // namespace ridge::ops
