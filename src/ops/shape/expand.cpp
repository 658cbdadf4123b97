// Expand: broadcasting in both directions to a shape given as an input.
#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

void passContents(InferContext& c, const Shape& shape) {
  constexpr int64_t kMost = 4096;
  const auto count = shape.count();
  if (shape.rank() != 1 || !count || *count > kMost) return;
  const auto contents = c.contents(0);
  if (!contents) return;
  if (contents->size() == 1)
    c.outputContents(0, std::vector<Dim>(static_cast<size_t>(*count), contents->front()));
  else if (static_cast<int64_t>(contents->size()) == *count)
    c.outputContents(0, *contents);
}

void infer(InferContext& c) {
  const auto wanted = c.contents(1);
  if (!wanted) return c.output(0, c.type(0), Shape());
  for (const Dim& dim : *wanted)
    c.require(!dim.isInteger() || dim.value() >= 0, "the shape has a negative dimension");
  const Shape result = broadcast(c.shape(0), Shape(*wanted));
  c.output(0, c.type(0), result);
  if (result.ranked()) passContents(c, result);
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const AxisValues inStrides = stridesOf(in.dims);
  AxisValues strides(out.dims.size(), 0);
  const size_t lead = out.dims.size() - in.dims.size();
  for (size_t axis = 0; axis < in.dims.size(); ++axis)
    if (in.dims[axis] != 1) strides[lead + axis] = inStrides[axis];
  moveStrided(k, in, 0, out.dims, strides);
}

}  // namespace

constinit const Op expand{
    .name = "Expand",
    .since = 8,
    .sinceFor = sinceByType<SinceTable{.base = 8}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
