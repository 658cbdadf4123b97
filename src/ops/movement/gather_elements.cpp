// GatherElements.
#include "ops/infer_support.h"
#include "ops/movement/gather.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const Shape &data = c.shape(0), &indices = c.shape(1);
  const DType indexType = c.type(1);
  c.require(indexType == DType::undefined || isInteger(indexType), "the indices must be integers");
  if (data.ranked()) {
    requireRank(c, 0, 1);
    const int64_t axis = axisOf(c, c.attrs<GatherAttributes>().axis, data.rank());
    if (indices.ranked()) {
      c.require(indices.rank() == data.rank(), "data and indices have different numbers of dimensions");
      for (int64_t other = 0; other < data.rank(); ++other)
        c.require(other == axis || !data[other].isInteger() || !indices[other].isInteger() ||
                      indices[other].value() <= data[other].value(),
                  "the indices reach beyond the data");
    }
  }
  c.output(0, c.type(0), indices);
}

void reference(KernelContext& k) {
  const TensorView &data = k.input(0), &indices = k.input(1);
  const size_t rank = data.dims.size();
  const auto axis =
      static_cast<size_t>(normalizeAxis(k.attrs<GatherAttributes>().axis, static_cast<int64_t>(rank)));
  for (size_t other = 0; other < rank; ++other)
    if (other != axis && indices.dims[other] > data.dims[other]) k.fail("the indices reach beyond the data");
  const AxisValues strides = stridesOf(data.dims);
  const int64_t size = data.dims[axis];
  const ElementMover mover(k, data, k.output(0));
  for (int64_t at = 0, count = indices.count(); at < count; ++at) {
    const int64_t index = loadNumber<int64_t>(indices, at);
    if (index < -size || index >= size)
      k.fail("index " + std::to_string(index) + " is out of range for " + std::to_string(size) + " elements");
    int64_t from = (index < 0 ? index + size : index) * strides[axis];
    for (int64_t rest = at, other = static_cast<int64_t>(rank); other-- > 0;) {
      const auto o = static_cast<size_t>(other);
      if (o != axis) from += rest % indices.dims[o] * strides[o];
      rest /= indices.dims[o];
    }
    mover.move(from, at);
  }
}

}  // namespace

constinit const Op gatherElements{
    .name = "GatherElements",
    .since = 11,
    .sinceFor = sinceByType<SinceTable{.base = 11}>,
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = GatherAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
