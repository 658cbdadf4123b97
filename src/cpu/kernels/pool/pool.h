// Max and average pooling, channels-last or plain.
#pragma once

#include <cstddef>

#include "cpu/kernels/gemm/conv_gemm.h"
#include "cpu/kernels/pool/pool_kernels.h"

namespace ridge::cpu {

enum class PoolKind { max, average };

struct PoolShape {
  int64_t batch = 1, channels = 1;
  std::array<int64_t, 3> in{1, 1, 1}, out{1, 1, 1}, kernel{1, 1, 1};
  std::array<int64_t, 3> stride{1, 1, 1}, dilation{1, 1, 1}, padBegin{0, 0, 0}, padEnd{0, 0, 0};
  /// Averages: taps in the padding count for the divisor; those beyond it (ceil mode) never do.
  bool countPadding = false;
};

/// A window that meets no input gives -infinity (max) or 0 (average). Built once; `run` allocates nothing.
class Pool {
 public:
  /// Input and output have either channels or columns side by side, the same in both.
  Pool(PoolKind kind, const PoolShape& shape, const ActivationStrides& in, const ActivationStrides& out,
       Isa isa = activeIsa());

  static bool accepts(const ActivationStrides& in, const ActivationStrides& out);
  size_t workspace(int parts) const { return partBytes_ * static_cast<size_t>(parts); }
  void run(const float* in, float* out, std::byte* workspace, int part, int parts) const;

 private:
  struct Window {
    int64_t n, d, h, w;
  };
  void runRow(const float* in, float* out, const Window& window, int64_t columns, int64_t channels,
              const float** taps) const;
  int64_t pointAtTaps(const float* in, const Window& window, const float** taps) const;
  float divisor(const Window& window) const;

  PoolKind kind_;
  PoolShape shape_;
  ActivationStrides in_, out_;
  const PoolKernels* kernels_;
  bool byChannel_;  ///< a run goes over channels, else over columns
  size_t partBytes_;
};

}  // namespace ridge::cpu
