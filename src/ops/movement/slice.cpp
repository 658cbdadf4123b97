// Slice. Starts, ends, axes and steps are inputs.
#include "ops/movement/slice.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {

SliceRange sliceRange(int64_t start, int64_t end, int64_t step, int64_t size) {
  if (start < 0) start += size;
  if (end < 0) end += size;
  // Counting in unsigned numbers: -step does not fit when step is the smallest int64.
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : -static_cast<uint64_t>(step);
  const auto countUp = [&](int64_t distance) {
    return distance <= 0 ? 0 : static_cast<int64_t>((static_cast<uint64_t>(distance) - 1) / stride + 1);
  };
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, size);
    end = std::clamp<int64_t>(end, 0, size);
    return {start, step, countUp(end - start)};
  }
  if (size == 0) return {0, step, 0};
  start =
      std::clamp<int64_t>(start, 0, size - 1);  // backwards the first element is the least start, not the end
  end = std::clamp<int64_t>(end, -1, size - 1);
  return {start, step, countUp(start - end)};
}

namespace {

struct AxisSlice {
  Dim start, end, step = 1;
};

// Elements of an optional vector input: unknown ones where it is not known, `otherwise` where it is absent.
std::vector<Dim> vectorOr(const InferContext& c, size_t input, size_t count, Dim (*otherwise)(size_t)) {
  std::vector<Dim> result;
  for (size_t at = 0; at < count; ++at) result.push_back(c.has(input) ? Dim() : otherwise(at));
  const auto contents = c.contents(input);
  if (!contents) return result;
  c.require(contents->size() == count, "starts, ends, axes and steps have different lengths");
  return *contents;
}

// What is known of each axis; null when it is not even known which axes are cut.
std::optional<std::vector<std::optional<AxisSlice>>> slicesOf(const InferContext& c, int64_t rank) {
  size_t count = 0;
  bool counted = false;
  for (size_t input = 1; input < 5; ++input) {
    const auto contents = c.contents(input);
    const Shape& shape = c.shape(input);
    const bool vector = shape.ranked() && shape.rank() == 1 && shape[0].isInteger();
    if (!contents && !vector) continue;
    const size_t length = contents ? contents->size() : static_cast<size_t>(shape[0].value());
    c.require(!counted || length == count, "starts, ends, axes and steps have different lengths");
    count = length;
    counted = true;
  }
  if (!counted) return std::nullopt;
  c.require(count <= static_cast<size_t>(rank), "there are more slices than dimensions");
  const auto starts = vectorOr(c, 1, count, nullptr), ends = vectorOr(c, 2, count, nullptr);
  const auto axes = vectorOr(c, 3, count, [](size_t at) { return Dim(static_cast<int64_t>(at)); });
  const auto steps = vectorOr(c, 4, count, [](size_t) { return Dim(1); });
  std::vector<std::optional<AxisSlice>> slices(static_cast<size_t>(rank));
  for (size_t at = 0; at < count; ++at) {
    if (!axes[at].isInteger()) return std::nullopt;
    const auto axis = static_cast<size_t>(axisOf(c, axes[at].value(), rank));
    c.require(!slices[axis], "an axis is named twice");
    c.require(!steps[at].isInteger() || steps[at].value() != 0, "a step is 0");
    slices[axis] = AxisSlice{starts[at], ends[at], steps[at]};
  }
  return slices;
}

// The size of a cut dimension; also that a symbolic dimension taken whole stays itself.
Dim cutDim(const Dim& size, const AxisSlice& slice) {
  if (!slice.start.isInteger() || !slice.end.isInteger() || !slice.step.isInteger()) return Dim();
  const int64_t start = slice.start.value(), end = slice.end.value(), step = slice.step.value();
  if (size.isInteger()) return sliceRange(start, end, step, size.value()).count;
  constexpr int64_t kFar = std::numeric_limits<int32_t>::max();
  const bool forward = step == 1 && start == 0 && end >= kFar;
  const bool backward = step == -1 && (start == -1 || start >= kFar) && end <= -kFar;
  return forward || backward ? size : Dim();
}

void cutContents(InferContext& c, const AxisSlice& slice) {
  const auto contents = c.contents(0);
  if (!contents || !slice.start.isInteger() || !slice.end.isInteger() || !slice.step.isInteger()) return;
  const SliceRange range = sliceRange(slice.start.value(), slice.end.value(), slice.step.value(),
                                      static_cast<int64_t>(contents->size()));
  std::vector<Dim> result;
  for (int64_t at = 0; at < range.count; ++at)
    result.push_back((*contents)[static_cast<size_t>(range.start + at * range.step)]);
  c.outputContents(0, std::move(result));
}

void infer(InferContext& c) {
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) return c.output(0, c.type(0), Shape());
  const auto slices = slicesOf(c, shape.rank());
  if (!slices) return c.output(0, c.type(0), unknownShape(shape.rank()));
  std::vector<Dim> dims = shape.dims();
  for (size_t axis = 0; axis < dims.size(); ++axis)
    if ((*slices)[axis]) dims[axis] = cutDim(dims[axis], *(*slices)[axis]);
  c.output(0, c.type(0), Shape(std::move(dims)));
  if (shape.rank() == 1)
    cutContents(c, (*slices)[0].value_or(AxisSlice{0, std::numeric_limits<int64_t>::max()}));
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const auto starts = fewInts(k.input(1)), ends = fewInts(k.input(2));
  InlineVector<int64_t, 64> axes, steps(starts.size(), 1);
  for (size_t at = 0; at < starts.size(); ++at) axes.push_back(static_cast<int64_t>(at));
  if (k.has(3)) axes = fewInts(k.input(3));
  if (k.has(4)) steps = fewInts(k.input(4));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    k.fail("starts, ends, axes and steps have different lengths");

  int64_t start = 0;
  AxisValues dims, strides = stridesOf(in.dims);
  for (int64_t size : in.dims) dims.push_back(size);
  for (size_t at = 0; at < starts.size(); ++at) {
    const auto axis = static_cast<size_t>(normalizeAxis(axes[at], static_cast<int64_t>(in.dims.size())));
    if (steps[at] == 0) k.fail("a step is 0");
    const SliceRange range = sliceRange(starts[at], ends[at], steps[at], in.dims[axis]);
    if (range.count > 0) start += range.start * strides[axis];
    if (range.count > 1) strides[axis] *= range.step;
    dims[axis] = range.count;
  }
  if (!std::equal(dims.begin(), dims.end(), out.dims.begin(), out.dims.end()))
    k.fail("the slice has another shape than planned");
  moveStrided(k, in, start, dims, strides);
}

}  // namespace

constinit const Op slice{
    .name = "Slice",
    .since = 10,
    .sinceFor = sinceByType<SinceTable{.base = 10}>,
    .minInputs = 3,
    .maxInputs = 5,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
