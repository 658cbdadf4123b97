#include "ops/movement/moves.h"

#include <cstring>

#include "ops/reference_support.h"

namespace ridge::ops {

namespace {

/// The width is known here: each copy is one load and one store.
template <size_t kBytes>
void gatherBytes(const std::byte* from, int64_t step, std::byte* to, int64_t count) {
  constexpr auto kWidth = static_cast<int64_t>(kBytes);
  for (int64_t at = 0; at < count; ++at) std::memcpy(to + at * kWidth, from + at * step * kWidth, kBytes);
}

}  // namespace

ElementMover::ElementMover(const KernelContext& k, const TensorView& from, const TensorView& to)
    : bits_(bitsOf(from.type)), from_(from.data), to_(to.data) {
  if (bits_ == 0) k.fail("there is no kernel for elements of type " + std::string(name(from.type)));
  if (from.type != to.type) k.fail("the tensors have different element types");
}

void ElementMover::move(int64_t from, int64_t to) const {
  if (bits_ >= 8) return moveRun(from, to, 1);
  const int64_t perByte = 8 / bits_;
  const int fromShift = static_cast<int>(from % perByte) * bits_,
            toShift = static_cast<int>(to % perByte) * bits_;
  const int mask = (1 << bits_) - 1;
  const int element = (static_cast<int>(from_[from / perByte]) >> fromShift) & mask;
  const int kept = static_cast<int>(to_[to / perByte]) & ~(mask << toShift);
  to_[to / perByte] = static_cast<std::byte>(kept | (element << toShift));
}

void ElementMover::moveRun(int64_t from, int64_t to, int64_t count) const {
  if (bits_ < 8) {
    for (int64_t at = 0; at < count; ++at) move(from + at, to + at);
    return;
  }
  const int64_t bytes = bits_ / 8;
  std::memcpy(to_ + to * bytes, from_ + from * bytes, static_cast<size_t>(count * bytes));
}

void ElementMover::gather(int64_t from, int64_t step, int64_t to, int64_t count) const {
  if (step == 1) return moveRun(from, to, count);
  switch (bits_) {
    case 8:
      return gatherBytes<1>(from_ + from, step, to_ + to, count);
    case 16:
      return gatherBytes<2>(from_ + 2 * from, step, to_ + 2 * to, count);
    case 32:
      return gatherBytes<4>(from_ + 4 * from, step, to_ + 4 * to, count);
    case 64:
      return gatherBytes<8>(from_ + 8 * from, step, to_ + 8 * to, count);
    default:
      for (int64_t at = 0; at < count; ++at) move(from + at * step, to + at);
  }
}

AxisValues stridesOf(std::span<const int64_t> dims) {
  AxisValues strides(dims.size(), 1);
  for (size_t axis = dims.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * dims[axis];
  return strides;
}

InlineVector<int64_t, 64> fewInts(const TensorView& view) {
  InlineVector<int64_t, 64> values(static_cast<size_t>(view.count()));
  loadNumbers(view, 0, 1, view.count(), values.data());
  return values;
}

void moveStrided(const KernelContext& k, const TensorView& from, int64_t start, std::span<const int64_t> dims,
                 std::span<const int64_t> strides) {
  constexpr int64_t kGrain = 4096;
  const TensorView& to = k.output(0);
  const ElementMover mover(k, from, to);
  const int64_t count = elementCount(dims);
  if (count != to.count()) k.fail("the output has another shape than planned");
  const StridedRuns runs(dims, 1, strides);
  const auto movePart = [&](int64_t begin, int64_t end) {
    runs.visit(begin, end, kGrain, [&](int64_t first, const StridedRuns::Run& run) {
      mover.gather(start + run.offsets[0], run.strides[0], first, run.length);
    });
  };
  if (mover.wholeBytes())
    parallelRanges(count, kGrain, movePart);
  else
    movePart(0, count);
}

void copyKernel(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  if (in.count() != out.count()) k.fail("the output has another number of elements than the input");
  ElementMover(k, in, out).moveRun(0, 0, in.count());
}

}  // namespace ridge::ops
