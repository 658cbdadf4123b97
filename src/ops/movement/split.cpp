// Split.
#include "ops/movement/split.h"

#include <algorithm>

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

std::vector<Dim> equalSizes(const InferContext& c, const Dim& whole, size_t parts) {
  if (!whole.isInteger()) return std::vector<Dim>(parts);
  const auto count = static_cast<int64_t>(parts);
  const int64_t size = whole.value() / count + (whole.value() % count != 0);
  std::vector<Dim> sizes(parts, Dim(size));
  int64_t before = 0;
  if (parts > 1 && __builtin_mul_overflow(size, count - 1, &before))
    c.fail("the dimension is too large to split");
  c.require(before <= whole.value(), "the dimension is too small for so many parts");
  sizes.back() = whole.value() - before;
  return sizes;
}

std::vector<Dim> givenSizes(const InferContext& c, const Dim& whole) {
  const auto sizes = c.contents(1);
  if (!sizes) return std::vector<Dim>(c.outputCount());
  c.require(sizes->size() == c.outputCount(), "there are not as many sizes as outputs");
  int64_t sum = 0;
  bool known = whole.isInteger();
  for (const Dim& size : *sizes) {
    known = known && size.isInteger();
    if (!size.isInteger()) continue;
    c.require(size.value() >= 0 && !__builtin_add_overflow(sum, size.value(), &sum),
              "a size is out of range");
  }
  c.require(!known || sum == whole.value(), "the sizes do not add up to the dimension");
  return *sizes;
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<SplitAttributes>();
  c.require(!attrs.numOutputs || *attrs.numOutputs == static_cast<int64_t>(c.outputCount()),
            "num_outputs is not the number of outputs");
  c.require(!attrs.numOutputs || !c.has(1), "num_outputs and sizes are both given");
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) {
    for (size_t at = 0; at < c.outputCount(); ++at) c.output(at, c.type(0), Shape());
    return;
  }
  const int64_t axis = axisOf(c, attrs.axis, shape.rank());
  const std::vector<Dim> sizes =
      c.has(1) ? givenSizes(c, shape[axis]) : equalSizes(c, shape[axis], c.outputCount());
  const auto contents = shape.rank() == 1 ? c.contents(0) : std::nullopt;
  int64_t first = 0;
  bool placed = contents.has_value();  // the parts so far have known sizes
  for (size_t at = 0; at < sizes.size(); ++at) {
    std::vector<Dim> dims = shape.dims();
    dims[static_cast<size_t>(axis)] = sizes[at];
    c.output(at, c.type(0), Shape(std::move(dims)));
    placed = placed && sizes[at].isInteger() &&
             sizes[at].value() <= static_cast<int64_t>(contents->size()) - first;
    if (!placed) continue;
    const auto begin = contents->begin() + first;
    c.outputContents(at, std::vector<Dim>(begin, begin + sizes[at].value()));
    first += sizes[at].value();
  }
}

void reference(KernelContext& k) {
  const TensorView& in = k.input(0);
  const auto rank = static_cast<int64_t>(in.dims.size());
  const auto axis = static_cast<size_t>(normalizeAxis(k.attrs<SplitAttributes>().axis, rank));
  const int64_t outer = elementCount(in.dims.first(axis)), inner = elementCount(in.dims.subspan(axis + 1));
  int64_t offset = 0;
  for (size_t at = 0; at < k.outputCount(); ++at) {
    const TensorView& out = k.output(at);
    if (!k.wants(at)) k.fail("an output of Split is left out, so its size is not known");
    const ElementMover mover(k, in, out);
    const int64_t run = out.dims[axis] * inner;
    if (offset + run > in.dims[axis] * inner) k.fail("the parts are larger than the whole");
    for (int64_t row = 0; row < outer; ++row)
      mover.moveRun(row * in.dims[axis] * inner + offset, row * run, run);
    offset += run;
  }
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<SplitAttributes>();
  const bool sizes = node.in.size() > 1 && node.in[1] != kNoValue;
  const int byForm = attrs.numOutputs ? 18 : sizes ? 13 : attrs.axis < 0 ? 11 : 2;
  return std::max(byForm, sinceOfType({.base = 2}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op split{
    .name = "Split",
    .since = 18,
    .sinceFor = sinceFor,
    .minInputs = 1,
    .maxInputs = 2,
    .minOutputs = 1,
    .maxOutputs = -1,
    .attributes = SplitAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
