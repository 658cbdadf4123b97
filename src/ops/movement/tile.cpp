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

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const Dims inStrides = rowMajorStrides(in.dims);
  StridedSource source;
  for (size_t axis = 0; axis < in.dims.size(); ++axis) {
    const int64_t size = in.dims[axis];
    if (size == 0 ? out.dims[axis] != 0 : out.dims[axis] % size != 0)
      k.fail("the repeats lead to another shape than planned");
    source.dims.insert(source.dims.end(), {size == 0 ? 0 : out.dims[axis] / size, size});
    source.strides.insert(source.strides.end(), {0, inStrides[axis]});
  }
  moveStrided(k, in, out, source);
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
