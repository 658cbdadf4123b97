// Sum, mean, max and min over any axes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/kernels/axes.h"
#include "cpu/kernels/reduce/reduce_kernels.h"

namespace ridge::cpu {

enum class ReduceKind { sum, mean, max, min };

/// Sums are exact to far below float32's rounding. Built once; `run` allocates nothing.
class Reduce {
 public:
  /// All spans have one entry per input axis; outStrides of reduced axes are ignored. Strides in elements. At
  /// most 8 kept and 8 reduced axes that cannot be merged.
  Reduce(ReduceKind kind, std::span<const int64_t> dims, std::span<const bool> reduced,
         std::span<const int64_t> inStrides, std::span<const int64_t> outStrides, Isa isa = activeIsa());

  /// Enough for one part, whatever the strides.
  static constexpr size_t mostWorkspace() { return 2 * kColumns * sizeof(float); }
  size_t workspace(int parts) const { return partBytes_ * static_cast<size_t>(parts); }
  void run(const float* in, float* out, std::byte* workspace, int part, int parts) const;

 private:
  void runAlong(const float* in, float* out, int64_t first, int64_t end) const;
  void runAcross(const float* in, float* out, float* high, int64_t first, int64_t end) const;
  void addRows(const float* in, int64_t columns, float* high) const;
  float finish(double value) const;

  ReduceKind kind_;
  Axes kept_, reduced_;
  Axes::Axis inner_;          ///< of the walk that kernels do: the dense reduced axis, or the dense kept one
  Axes::Axis rows_{1, 0, 0};  ///< across: the reduced axis that one kernel call walks
  bool along_;                ///< the dense axis is reduced
  double count_;
  const ReduceKernels* kernels_;
  size_t partBytes_ = 0;

  static constexpr int64_t kColumns = 256;  ///< kept elements that are reduced at once
};

}  // namespace ridge::cpu
