// Depthwise tiles, compiled once per instruction set.
#include "cpu/kernels/depthwise/depthwise_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

/// Lanes [channel, channel + count) of the output channels' inputs.
template <bool Repeated, bool Whole>
inline __attribute__((always_inline)) Vec loadInput(const float* pixel, int64_t channel, int count,
                                                    int64_t multiplier) {
  if constexpr (Repeated) {
    float lanes[Vec::kLanes] = {};
    for (int i = 0; i < count; ++i) lanes[i] = pixel[(channel + i) / multiplier];
    return Vec::load(lanes);
  }
  return Whole ? Vec::load(pixel + channel) : Vec::loadFirst(pixel + channel, count);
}

template <bool Whole>
inline __attribute__((always_inline)) Vec loadLanes(const float* p, int count) {
  return Whole ? Vec::load(p) : Vec::loadFirst(p, count);
}

/// `Vectors` vectors of channels from `c` on; of a single one perhaps only the first `count` lanes.
template <int Kernel, int Stride, int Pixels, bool Repeated, bool Dense, int Vectors, bool Whole>
inline __attribute__((always_inline)) void channels(const DepthwiseTile& t, int64_t c, int count) {
  constexpr int kColumns = (Pixels - 1) * Stride + Kernel;
  Vec sum[Pixels][Vectors];
#pragma GCC unroll 4
  for (int p = 0; p < Pixels; ++p)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) sum[p][v] = Vec::zero();
  const float* const* in = t.in;
  const int64_t stride = t.pixelStride;
  for (int64_t row = 0; row < t.rows; ++row, in += Dense ? 1 : kColumns) {
    Vec weight[Kernel][Vectors];
#pragma GCC unroll 8
    for (int k = 0; k < Kernel; ++k)
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v)
        weight[k][v] = loadLanes<Whole>(t.weights[row] + k * t.channels + c + v * Vec::kLanes, count);
    const float* pixel = in[0];
#pragma GCC unroll 16
    for (int column = 0; column < kColumns; ++column) {
      if (!Dense) pixel = in[column];
      Vec x[Vectors];
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v)
        x[v] = loadInput<Repeated, Whole>(pixel, c + v * Vec::kLanes, count, t.multiplier);
      if (Dense) pixel += stride;
#pragma GCC unroll 4
      for (int p = 0; p < Pixels; ++p) {
        const int k = column - p * Stride;
        if (k < 0 || k >= Kernel) continue;
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) sum[p][v] = mulAdd(x[v], weight[k][v], sum[p][v]);
      }
    }
  }
  const Vec lo = Vec::broadcast(t.lo), hi = Vec::broadcast(t.hi);
#pragma GCC unroll 2
  for (int v = 0; v < Vectors; ++v) {
    const int64_t at = c + v * Vec::kLanes;
    const Vec bias = t.bias ? loadLanes<Whole>(t.bias + at, count) : Vec::zero();
#pragma GCC unroll 4
    for (int p = 0; p < Pixels; ++p) {
      Vec y = t.bias ? sum[p][v] + bias : sum[p][v];
      if (t.residual) y = y + loadLanes<Whole>(t.residual[p] + at, count);
      y = min(hi, max(lo, y));
      if constexpr (Whole)
        y.store(t.out[p] + (at - t.outFirst));
      else
        y.storeFirst(t.out[p] + (at - t.outFirst), count);
    }
  }
}

template <int Kernel, int Stride, int Pixels, bool Repeated, bool Dense>
inline void allChannels(const DepthwiseTile& t) {
  // Two vectors share the walk over the pixels where there are registers for them.
  constexpr int kVectors = Vec::kLanes == 16 ? 2 : 1;
  int64_t c = t.first;
  for (; c + kVectors * Vec::kLanes <= t.end; c += kVectors * Vec::kLanes)
    channels<Kernel, Stride, Pixels, Repeated, Dense, kVectors, true>(t, c, Vec::kLanes);
  for (; c + Vec::kLanes <= t.end; c += Vec::kLanes)
    channels<Kernel, Stride, Pixels, Repeated, Dense, 1, true>(t, c, Vec::kLanes);
  if (c < t.end)
    channels<Kernel, Stride, Pixels, Repeated, Dense, 1, false>(t, c, static_cast<int>(t.end - c));
}

template <int Kernel, int Stride, int Pixels, bool Repeated>
void tile(const DepthwiseTile& t) {
  if (t.pixelStride != 0)
    allChannels<Kernel, Stride, Pixels, Repeated, true>(t);
  else
    allChannels<Kernel, Stride, Pixels, Repeated, false>(t);
}

template <int Kernel, int Stride, bool Repeated>
constexpr DepthwiseFamily family() {
  return {Kernel,
          Stride,
          Repeated,
          {nullptr, tile<Kernel, Stride, 1, Repeated>, tile<Kernel, Stride, 2, Repeated>,
           tile<Kernel, Stride, 3, Repeated>, tile<Kernel, Stride, 4, Repeated>}};
}

constexpr DepthwiseKernels makeKernels() {
  DepthwiseKernels kernels{};
  kernels.isa = Isa::RIDGE_ISA;
#define RIDGE_DEPTHWISE(kernel, stride, repeated) \
  kernels.family[kernels.count++] = family<kernel, stride, repeated>();
#include "cpu/kernels/depthwise/kernels.inc"
#undef RIDGE_DEPTHWISE
  return kernels;
}

}  // namespace

extern const DepthwiseKernels kDepthwiseKernels;
constinit const DepthwiseKernels kDepthwiseKernels = makeKernels();

}  // namespace RIDGE_ISA_NAMESPACE
