// Gather.
#include "ops/movement/gather.h"

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

void gatherContents(InferContext& c) {
  const auto contents = c.contents(0);
  const auto indices = c.integers(1);
  if (!contents || !indices) return;
  const auto size = static_cast<int64_t>(contents->size());
  std::vector<Dim> result;
  for (int64_t index : *indices) {
    if (index < -size || index >= size)
      c.fail("index " + std::to_string(index) + " is out of range for " + std::to_string(size) + " elements");
    result.push_back((*contents)[static_cast<size_t>(index < 0 ? index + size : index)]);
  }
  c.outputContents(0, std::move(result));
}

void infer(InferContext& c) {
  const Shape &data = c.shape(0), &indices = c.shape(1);
  const DType indexType = c.type(1);
  c.require(indexType == DType::undefined || isInteger(indexType), "the indices must be integers");
  if (!data.ranked()) return c.output(0, c.type(0), Shape());
  requireRank(c, 0, 1);
  const int64_t axis = axisOf(c, c.attrs<GatherAttributes>().axis, data.rank());
  if (!indices.ranked()) return c.output(0, c.type(0), Shape());
  std::vector<Dim> dims(data.dims().begin(), data.dims().begin() + axis);
  dims.insert(dims.end(), indices.dims().begin(), indices.dims().end());
  dims.insert(dims.end(), data.dims().begin() + axis + 1, data.dims().end());
  c.output(0, c.type(0), Shape(std::move(dims)));
  if (data.rank() == 1 && indices.rank() <= 1) gatherContents(c);
}

void reference(KernelContext& k) {
  const TensorView &data = k.input(0), &indices = k.input(1);
  const auto axis = static_cast<size_t>(
      normalizeAxis(k.attrs<GatherAttributes>().axis, static_cast<int64_t>(data.dims.size())));
  const int64_t outer = elementCount(data.dims.first(axis)),
                inner = elementCount(data.dims.subspan(axis + 1));
  const int64_t size = data.dims[axis], count = indices.count();
  const ElementMover mover(k, data, k.output(0));
  for (int64_t at = 0; at < count; ++at) {
    const int64_t index = loadNumber<int64_t>(indices, at);
    if (index < -size || index >= size)
      k.fail("index " + std::to_string(index) + " is out of range for " + std::to_string(size) + " elements");
    const int64_t from = index < 0 ? index + size : index;
    for (int64_t row = 0; row < outer; ++row)
      mover.moveRun((row * size + from) * inner, (row * count + at) * inner, inner);
  }
}

}  // namespace

constinit const Op gather{
    .name = "Gather",
    .since = 11,  // earlier forms leave negative indices undefined
    .sinceFor = sinceByType<SinceTable{.base = 11}>,
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = GatherAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
