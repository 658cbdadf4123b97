// Flatten.
#include "ops/shape/flatten.h"

#include "ops/shape/views.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) return c.output(0, c.type(0), unknownShape(2));
  const int64_t rank = shape.rank();
  int64_t axis = c.attrs<FlattenAttributes>().axis;
  if (axis < -rank || axis > rank)
    c.fail("axis " + std::to_string(axis) + " does not exist in a tensor of " + std::to_string(rank) +
           " dimensions");
  if (axis < 0) axis += rank;
  const std::span dims(shape.dims());
  const auto cut = static_cast<size_t>(axis);
  c.output(0, c.type(0), Shape({viewProduct(dims.first(cut)), viewProduct(dims.subspan(cut))}));
}

int sinceFor(const Node& node, const Graph& graph) {
  const int byType =
      sinceOfType({.base = 1, .ints = 9, .boolean = 9, .float8 = 21}, inputType(node, graph, 0));
  return std::max(byType, node.as<FlattenAttributes>().axis < 0 ? 11 : 1);
}

}  // namespace

constinit const Op flatten{
    .name = "Flatten",
    .since = 9,
    .sinceFor = sinceFor,
    .attributes = FlattenAttributes::read,
    .infer = infer,
    .reference = copyKernel,
    .traits = kView,
};

}  // namespace ridge::ops
