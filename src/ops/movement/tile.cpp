// Tile.
#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

Dim tiledDim(const InferContext& c, const Dim& dim, const Dim& repeat) {
  if (repeat.isInteger())
    c.require(repeat.value() >= 0, "a dimension is repeated a negative number of times");
  if (repeat.isInteger() && repeat.value() == 1) return dim;
  if (dim.isInteger() && dim.value() == 1) return repeat;
  if (!dim.isInteger() || !repeat.isInteger()) return Dim();
  int64_t size;
  if (__builtin_mul_overflow(dim.value(), repeat.value(), &size)) c.fail("a tiled dimension overflows");
  return size;
}

void infer(InferContext& c) {
  const Shape& shape = c.shape(0);
  const auto repeats = c.contents(1);
  if (!shape.ranked()) return c.output(0, c.type(0), Shape());
  if (!repeats) return c.output(0, c.type(0), unknownShape(shape.rank()));
  c.require(static_cast<int64_t>(repeats->size()) == shape.rank(),
            "there are not as many repeats as dimensions");
  std::vector<Dim> dims;
  for (size_t axis = 0; axis < repeats->size(); ++axis)
    dims.push_back(tiledDim(c, shape.dims()[axis], (*repeats)[axis]));
  c.output(0, c.type(0), Shape(std::move(dims)));
}

// Every axis becomes two: which repetition, and the place in it.
void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const AxisValues inStrides = stridesOf(in.dims);
  InlineVector<int64_t, 64> dims, strides;
  for (size_t axis = 0; axis < in.dims.size(); ++axis) {
    const int64_t size = in.dims[axis];
    if (size == 0 ? out.dims[axis] != 0 : out.dims[axis] % size != 0)
      k.fail("the repeats lead to another shape than planned");
    dims.push_back(size == 0 ? 0 : out.dims[axis] / size);
    dims.push_back(size);
    strides.push_back(0);
    strides.push_back(inStrides[axis]);
  }
  moveStrided(k, in, 0, dims, strides);
}

}  // namespace

constinit const Op tile{
    .name = "Tile",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
