// Concat.
#include "ops/movement/concat.h"

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

// Sum that also knows 0 + N; unknown otherwise.
Dim sumOfDims(const InferContext& c, const std::vector<Dim>& dims) {
  int64_t sum = 0;
  std::vector<Dim> others;
  for (const Dim& dim : dims) {
    if (!dim.isInteger())
      others.push_back(dim);
    else if (__builtin_add_overflow(sum, dim.value(), &sum))
      c.fail("the joined dimension overflows");
  }
  if (others.empty()) return sum;
  return sum == 0 && others.size() == 1 ? others.front() : Dim();
}

// Contents of a joined vector: what is not known of one input is unknown, its length must be known.
void joinContents(InferContext& c) {
  std::vector<Dim> joined;
  for (size_t at = 0; at < c.inputCount(); ++at) {
    constexpr size_t kMost = 4096;
    if (const auto contents = c.contents(at)) {
      joined.insert(joined.end(), contents->begin(), contents->end());
    } else {
      const Dim& length = c.shape(at)[0];
      if (!length.isInteger() || length.value() < 0 || length.value() > int64_t{kMost}) return;
      joined.resize(joined.size() + static_cast<size_t>(length.value()));
    }
    if (joined.size() > kMost) return;
  }
  c.outputContents(0, std::move(joined));
}

void infer(InferContext& c) {
  const DType type = requireSameType(c);
  int64_t rank = -1;
  for (size_t at = 0; at < c.inputCount(); ++at) {
    c.require(c.has(at), "one of the inputs is left out");
    if (!c.shape(at).ranked()) continue;
    c.require(rank < 0 || rank == c.shape(at).rank(), "the inputs have different numbers of dimensions");
    rank = c.shape(at).rank();
  }
  if (rank < 0) return c.output(0, type, Shape());
  const int64_t axis = axisOf(c, c.attrs<ConcatAttributes>().axis, rank);
  std::vector<Dim> dims(static_cast<size_t>(rank)), joined;
  for (size_t at = 0; at < c.inputCount(); ++at) {
    const Shape shape = c.shape(at).ranked() ? c.shape(at) : unknownShape(rank);
    joined.push_back(shape[axis]);
    for (int64_t other = 0; other < rank; ++other)
      if (other != axis)
        dims[static_cast<size_t>(other)] = merge(dims[static_cast<size_t>(other)], shape[other]);
  }
  dims[static_cast<size_t>(axis)] = sumOfDims(c, joined);
  c.output(0, type, Shape(std::move(dims)));
  bool vectors = rank == 1 && type == DType::i64;
  for (size_t at = 0; at < c.inputCount(); ++at) vectors = vectors && c.shape(at).ranked();
  if (vectors) joinContents(c);
}

void reference(KernelContext& k) {
  const TensorView& out = k.output(0);
  const auto rank = static_cast<int64_t>(out.dims.size());
  const auto axis = static_cast<size_t>(normalizeAxis(k.attrs<ConcatAttributes>().axis, rank));
  const int64_t outer = elementCount(out.dims.first(axis)), inner = elementCount(out.dims.subspan(axis + 1));
  int64_t offset = 0;
  for (size_t at = 0; at < k.inputCount(); ++at) {
    const ElementMover mover(k, k.input(at), out);
    const int64_t run = k.input(at).dims[axis] * inner;
    for (int64_t row = 0; row < outer; ++row)
      mover.moveRun(row * run, row * out.dims[axis] * inner + offset, run);
    offset += run;
  }
}

int sinceFor(const Node& node, const Graph& graph) {
  return std::max(node.as<ConcatAttributes>().axis < 0 ? 11 : 4,
                  sinceOfType({.base = 4}, inputType(node, graph, 0)));
}

}  // namespace

// Q and DQ commute with it only where all scales agree, so it does not claim to.
constinit const Op concat{
    .name = "Concat",
    .since = 4,
    .sinceFor = sinceFor,
    .minInputs = 1,
    .maxInputs = -1,
    .attributes = ConcatAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
