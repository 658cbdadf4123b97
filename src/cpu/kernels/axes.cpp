#include "cpu/kernels/axes.h"

#include "base/error.h"

namespace ridge::cpu {

void Axes::add(const Axis& inner) {
  if (inner.extent == 1) return;
  if (rank > 0) {
    Axis& outer = axis[static_cast<size_t>(rank - 1)];
    if (outer.in == inner.in * inner.extent && outer.out == inner.out * inner.extent) {
      outer = {outer.extent * inner.extent, inner.in, inner.out};
      return;
    }
  }
  check(rank < kMax, "a strided loop has at most 8 axes that cannot be merged");
  axis[static_cast<size_t>(rank++)] = inner;
}

void Axes::remove(int index) {
  for (auto i = static_cast<size_t>(index); i + 1 < static_cast<size_t>(rank); ++i) axis[i] = axis[i + 1];
  --rank;
}

int64_t Axes::elements() const {
  int64_t count = 1;
  for (int i = 0; i < rank; ++i) count *= axis[static_cast<size_t>(i)].extent;
  return count;
}

Axes::Offsets Axes::at(int64_t index) const {
  Offsets offsets;
  for (int i = rank; i-- > 0;) {
    const Axis& a = axis[static_cast<size_t>(i)];
    offsets.in += index % a.extent * a.in;
    offsets.out += index % a.extent * a.out;
    index /= a.extent;
  }
  return offsets;
}

}  // namespace ridge::cpu
