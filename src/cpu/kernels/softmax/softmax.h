// Softmax along any axis.
#pragma once

#include <cstdint>
#include <span>

#include "cpu/kernels/axes.h"
#include "cpu/kernels/softmax/softmax_kernels.h"

namespace ridge::cpu {

/// Built once; `run` allocates nothing and needs no workspace. In place is allowed where the strides agree.
class Softmax {
 public:
  /// Spans have one entry per axis, strides in elements. At most 8 other axes that cannot be merged.
  Softmax(std::span<const int64_t> dims, size_t axis, std::span<const int64_t> inStrides,
          std::span<const int64_t> outStrides, Isa isa = activeIsa());

  void run(const float* in, float* out, int part, int parts) const;

 private:
  static constexpr int64_t kColumns = 64;
  Axes others_;
  Axes::Axis axis_, column_{1, 1, 1};
  bool along_;  ///< the axis itself is dense
  const SoftmaxKernels* kernels_;
};

}  // namespace ridge::cpu
