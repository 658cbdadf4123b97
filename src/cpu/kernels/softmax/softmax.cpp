#include "cpu/kernels/softmax/softmax.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace ridge::cpu {

Softmax::Softmax(std::span<const int64_t> dims, size_t axis, std::span<const int64_t> inStrides,
                 std::span<const int64_t> outStrides, Isa isa)
    : axis_{dims[axis], inStrides[axis], outStrides[axis]}, kernels_(&softmaxKernels(isa)) {
  along_ = (axis_.in == 1 && axis_.out == 1) || axis_.extent == 1;
  std::vector<size_t> order(dims.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return inStrides[a] > inStrides[b]; });
  for (const size_t i : order)
    if (i != axis) others_.add({dims[i], inStrides[i], outStrides[i]});
  if (along_) return;
  for (int i = 0; i < others_.rank; ++i) {
    const Axes::Axis& candidate = others_.axis[static_cast<size_t>(i)];
    if (candidate.in != 1 || candidate.out != 1) continue;
    column_ = candidate;
    others_.remove(i);
    return;
  }
}

void Softmax::run(const float* in, float* out, int part, int parts) const {
  const int64_t blocks = (column_.extent + kColumns - 1) / kColumns, units = others_.elements() * blocks;
  const int64_t end = units * (part + 1) / parts;
  for (int64_t unit = units * part / parts; unit < end; ++unit) {
    const Axes::Offsets at = others_.at(unit / blocks);
    if (along_) {
      kernels_->run(in + at.in, out + at.out, axis_.extent);
      continue;
    }
    const int64_t column = unit % blocks * kColumns;
    kernels_->columns({in + at.in + column, out + at.out + column, axis_.extent, axis_.in, axis_.out,
                       std::min(kColumns, column_.extent - column)});
  }
}

}  // namespace ridge::cpu
