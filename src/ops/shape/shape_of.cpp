// Shape.
#include "ops/shape/shape_of.h"

#include <algorithm>

#include "ops/infer.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct AxisRange {
  int64_t begin, end;
};

AxisRange axesOf(const ShapeAttributes& attrs, int64_t rank) {
  const auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  const int64_t begin = clamp(attrs.start), end = clamp(attrs.end.value_or(rank));
  return {begin, std::max(begin, end)};
}

void infer(InferContext& c) {
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) return c.output(0, DType::i64, Shape({Dim()}));
  const AxisRange axes = axesOf(c.attrs<ShapeAttributes>(), shape.rank());
  std::vector<Dim> dims(shape.dims().begin() + axes.begin, shape.dims().begin() + axes.end);
  c.output(0, DType::i64, Shape({Dim(axes.end - axes.begin)}));
  c.outputContents(0, std::move(dims));
}

void reference(KernelContext& k) {
  const auto dims = k.input(0).dims;
  const AxisRange axes = axesOf(k.attrs<ShapeAttributes>(), static_cast<int64_t>(dims.size()));
  storeNumbers(k.output(0), 0, axes.end - axes.begin, dims.data() + axes.begin);
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<ShapeAttributes>();
  const int byAttributes = attrs.start != 0 || attrs.end ? 15 : 1;
  return std::max(byAttributes, sinceOfType({.base = 1}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op shapeOf{
    .name = "Shape",
    .since = 1,
    .sinceFor = sinceFor,
    .attributes = ShapeAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
