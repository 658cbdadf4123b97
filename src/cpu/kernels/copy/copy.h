// Strided copies: reformats, slices, concatenations, padding. Plain code, the same for every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/kernels/axes.h"

namespace ridge::cpu {

/// out[index] = in[index] for every index below `dims`. Built once; `run` allocates nothing. Arrays do not
/// overlap.
class StridedCopy {
 public:
  /// Strides in elements of `elementBytes` (1, 2, 4 or 8); input strides may be 0 or negative. At most 8 axes
  /// that cannot be merged.
  StridedCopy(std::span<const int64_t> dims, std::span<const int64_t> inStrides,
              std::span<const int64_t> outStrides, size_t elementBytes);

  void run(const void* in, void* out, int part, int parts) const;

 private:
  template <class T>
  void runTyped(const T* in, T* out, int part, int parts) const;

  Axes outer_;               ///< all axes but the two below
  Axes::Axis row_, column_;  ///< column: dense in the output; row: dense in the input, for a transposition
  size_t elementBytes_;
};

}  // namespace ridge::cpu
