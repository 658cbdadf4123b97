// OneHot: a new axis that is `on` at the index and `off` elsewhere; an index outside gives only `off`.
#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct OneHotAttributes : AttributesOf<OneHotAttributes> {
  int64_t axis = -1;  // of the output

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
  }
};

// The depth may be of any numeric type.
Dim depthOf(const InferContext& c) {
  requireOne(c, 1);
  const Tensor* constant = c.constant(1);
  const auto known = constant ? std::optional(toInts(*constant)) : c.integers(1);
  if (!known || known->size() != 1) return Dim();
  c.require(known->front() >= 0, "the depth is negative");
  return known->front();
}

void infer(InferContext& c) {
  const Dim depth = depthOf(c);
  requireRank(c, 2, 1, 1);
  if (c.shape(2).isStatic()) c.require(*c.shape(2).count() == 2, "there must be two values, off and on");
  const Shape& indices = c.shape(0);
  if (!indices.ranked()) return c.output(0, c.type(2), Shape());
  const int64_t axis = axisOf(c, c.attrs<OneHotAttributes>().axis, indices.rank() + 1);
  std::vector<Dim> dims = indices.dims();
  dims.insert(dims.begin() + axis, depth);
  c.output(0, c.type(2), Shape(std::move(dims)));
}

void reference(KernelContext& k) {
  const TensorView &indices = k.input(0), &out = k.output(0);
  const int64_t axis = normalizeAxis(k.attrs<OneHotAttributes>().axis, static_cast<int64_t>(out.dims.size()));
  const Lines lines = linesOf(out.dims, static_cast<size_t>(axis));
  const int64_t depth = lines.length;
  if (scalarOf(k, 1) != depth) k.fail("the depth is another one than planned");
  const ElementMover mover(k, k.input(2), out);
  for (int64_t at = 0, count = out.count(); at < count; ++at) mover.move(0, at);
  numberClassOf(indices.type);
  for (int64_t line = 0; line < lines.count && depth > 0; ++line) {
    const auto index = loadNumber<int64_t>(indices, line);
    if (index < -depth || index >= depth) continue;
    mover.move(1, lines.first(line) + (index < 0 ? index + depth : index) * lines.stride);
  }
}

int sinceFor(const Node& node, const Graph& graph) {
  return sinceOfType({.base = 11, .bf16 = 28}, inputType(node, graph, 2));
}

}  // namespace

constinit const Op oneHot{
    .name = "OneHot",
    .since = 11,  // earlier forms leave negative indices undefined
    .sinceFor = sinceFor,
    .minInputs = 3,
    .maxInputs = 3,
    .attributes = OneHotAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
