// Kernels of channels-last depthwise convolution: a few output pixels of one row, all channels.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

struct DepthwiseTile {
  /// Channel 0 of each input pixel: [rows][(pixels - 1) * stride + kernel], padding points at zeros. Or, with
  /// a pixelStride, of the first pixel of each row only; the others follow at that distance.
  const float* const* in;
  int64_t pixelStride;          ///< floats; 0: every pixel has a pointer
  int64_t rows;                 ///< kernel rows that meet the input (of all outer kernel axes)
  const float* const* weights;  ///< by row: [kernel][channels]
  int64_t channels;             ///< output channels: the pitch of `weights`
  int64_t first, end;           ///< channels to compute
  int64_t multiplier;  ///< output channels of one input channel; only `repeated` kernels take more than 1
  float* const* out;   ///< by pixel: address of channel outFirst
  int64_t outFirst;
  const float* bias;             ///< or null
  const float* const* residual;  ///< by pixel, or null
  float lo, hi;                  ///< out = min(hi, max(lo, sum + bias + residual))
};
using DepthwiseTileFn = void (*)(const DepthwiseTile&);

inline constexpr int kDepthwisePixels = 4;

/// Kernels for one width and stride of the kernel, by number of pixels.
struct DepthwiseFamily {
  int kernel, stride;
  bool repeated;
  DepthwiseTileFn tile[kDepthwisePixels + 1];
};

struct DepthwiseKernels {
  Isa isa;
  int count;
  DepthwiseFamily family[8];

  /// The family for this kernel width, stride and dilation, else the one of single taps (kernel 1, stride 1).
  const DepthwiseFamily& choose(int64_t kernel, int64_t stride, int64_t dilation, int64_t multiplier) const;
};
const DepthwiseKernels& depthwiseKernels(Isa isa);

}  // namespace ridge::cpu
