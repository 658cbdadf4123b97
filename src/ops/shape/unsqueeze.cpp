// Unsqueeze. Axes, an input, are places in the output.
#include "ops/shape/views.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const auto axes = c.integers(1);
  if (!c.shape(0).ranked() || !axes) return c.output(0, c.type(0), Shape());
  const Shape& shape = c.shape(0);
  const int64_t rank = shape.rank() + static_cast<int64_t>(axes->size());
  std::vector<bool> fresh(static_cast<size_t>(rank), false);
  for (int64_t axis : distinctAxes(c, *axes, rank)) fresh[static_cast<size_t>(axis)] = true;
  std::vector<Dim> dims;
  for (int64_t axis = 0, from = 0; axis < rank; ++axis)
    dims.push_back(fresh[static_cast<size_t>(axis)] ? Dim(1) : shape[from++]);
  const Shape result(std::move(dims));
  c.output(0, c.type(0), result);
  passContents(c, result);
}

}  // namespace

constinit const Op unsqueeze{
    .name = "Unsqueeze",
    .since = 13,
    .sinceFor = sinceByType<SinceTable{.base = 13, .float8 = 21}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = infer,
    .reference = copyKernel,
    .traits = kView,
};

}  // namespace ridge::ops
