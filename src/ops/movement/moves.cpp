#include "ops/movement/moves.h"

#include <cstring>

namespace ridge::ops {

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

void moveStrided(const KernelContext& k, const TensorView& from, const TensorView& to,
                 const StridedSource& source) {
  const ElementMover mover(k, from, to);
  const int64_t count = elementCount(source.dims);
  check(count == to.count(), "a strided move fills its output");
  if (count == 0) return;
  Dims dims = source.dims, strides = source.strides;
  if (dims.empty()) dims = {1}, strides = {1};
  const int64_t length = dims.back(), step = strides.back();
  Dims place(dims.size() - 1, 0);
  int64_t row = source.start;
  for (int64_t out = 0; out < count; out += length) {
    if (step == 1) {
      mover.moveRun(row, out, length);
    } else {
      for (int64_t at = 0; at < length; ++at) mover.move(row + at * step, out + at);
    }
    for (size_t axis = place.size(); axis-- > 0;) {
      row += strides[axis];
      if (++place[axis] < dims[axis]) break;
      row -= strides[axis] * dims[axis];
      place[axis] = 0;
    }
  }
}

void copyKernel(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  if (in.count() != out.count()) k.fail("the output has another number of elements than the input");
  ElementMover(k, in, out).moveRun(0, 0, in.count());
}

}  // namespace ridge::ops
