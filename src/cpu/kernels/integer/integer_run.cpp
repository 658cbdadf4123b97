// The integer kernels in plain C++, compiled once per instruction set: the compiler makes vectors of the
// loops.
#include "cpu/kernels/integer/integer_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

inline __attribute__((always_inline)) int32_t byteAt(const ByteRun& run, bool isSigned, int64_t at) {
  return isSigned ? static_cast<int8_t>(run.bytes[at]) : run.bytes[at];
}

template <bool kSigned>
void widenAs(const WidenRun& run) {
  const auto zero = static_cast<int16_t>(run.in.zero);
  for (int64_t i = 0; i < run.count; ++i)
    run.out[i] = static_cast<int16_t>(byteAt(run.in, kSigned, i) - zero);
}

void widen(const WidenRun& run) {
  run.in.isSigned ? widenAs<true>(run) : widenAs<false>(run);
}

// One loop over k with a few sums in it, which the compiler keeps in vectors (pmaddwd) until its end. They
// wrap around (-fwrapv).
template <int kPixels>
inline __attribute__((always_inline)) void productsTile4(const ProductsRun& run, const int16_t* x,
                                                         const int16_t* w, int32_t* sums) {
  const int64_t depth = run.depth;
  const int16_t* __restrict x0 = x, * __restrict x1 = x + (kPixels - 1) * depth;
  const int16_t* __restrict w0 = w, * __restrict w1 = w + depth, * __restrict w2 = w + 2 * depth, * __restrict w3 = w + 3 * depth;
  int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
  for (int64_t k = 0; k < depth / kIntegerDepth * kIntegerDepth; ++k) {
    a0 += x0[k] * w0[k];
    a1 += x0[k] * w1[k];
    a2 += x0[k] * w2[k];
    a3 += x0[k] * w3[k];
    if constexpr (kPixels == 2) {
      b0 += x1[k] * w0[k];
      b1 += x1[k] * w1[k];
      b2 += x1[k] * w2[k];
      b3 += x1[k] * w3[k];
    }
  }
  const int32_t first[] = {a0, a1, a2, a3}, second[] = {b0, b1, b2, b3};
  for (int o = 0; o < 4; ++o) sums[o] = first[o];
  if constexpr (kPixels == 2)
    for (int o = 0; o < 4; ++o) sums[run.pitch + o] = second[o];
}

int32_t product(const int16_t* x, const int16_t* w, int64_t depth) {
  int32_t sum = 0;
  for (int64_t k = 0; k < depth; ++k) sum += x[k] * w[k];
  return sum;
}

template <int kPixels>
void productsRows(const ProductsRun& run, int64_t pixel) {
  const int16_t* x = run.x + pixel * run.depth;
  int32_t* sums = run.sums + pixel * run.pitch;
  int64_t o = 0;
  for (; o + 4 <= run.outputs; o += 4) productsTile4<kPixels>(run, x, run.w + o * run.depth, sums + o);
  for (; o < run.outputs; ++o)
    for (int p = 0; p < kPixels; ++p)
      sums[p * run.pitch + o] = product(x + p * run.depth, run.w + o * run.depth, run.depth);
}

void products(const ProductsRun& run) {
  int64_t pixel = 0;
  for (; pixel + 2 <= run.pixels; pixel += 2) productsRows<2>(run, pixel);
  if (pixel < run.pixels) productsRows<1>(run, pixel);
}

template <bool kSigned>
void depthwiseAs(const DepthwiseRun& run) {
  for (int64_t c = 0; c < run.channels; ++c) run.sums[c] = 0;
  for (int64_t t = 0; t < run.tapCount; ++t) {
    if (!run.taps[t]) continue;
    const ByteRun tap{run.taps[t], kSigned, run.zero};
    const int16_t* weights = run.weights + t * run.pitch;
    for (int64_t c = 0; c < run.channels; ++c) {
      run.sums[c] += (byteAt(tap, kSigned, c) - run.zero) * weights[c];
    }
  }
}

void depthwise(const DepthwiseRun& run) {
  run.isSigned ? depthwiseAs<true>(run) : depthwiseAs<false>(run);
}

// Rule 6. NaN gives the lower bound: no comparison with it holds.
inline __attribute__((always_inline)) uint8_t rounded(float r, const ByteResult& result, float low,
                                                      float high) {
  const float raised = r > low ? r : low;
  const float clamped = raised < high ? raised : high;
  return static_cast<uint8_t>(result.zero + static_cast<int32_t>(__builtin_rintf(clamped)));
}

// A copy of the run: stores to bytes might else change the run itself, for all that the compiler knows.
template <bool kBias, bool kOffset, bool kActivated, int kResidual>
void finishAs(const FinishRun given) {
  const FinishRun run = given;
  const auto low = static_cast<float>(run.result.low - run.result.zero),
             high = static_cast<float>(run.result.high - run.result.zero);
  uint8_t* __restrict out = run.out;
  for (int64_t i = 0; i < run.count; ++i) {
    int32_t sum = run.sums[i];
    if constexpr (kBias) sum += run.bias[i];
    float r = __builtin_fmaf(static_cast<float>(sum), run.multiplier[i], kOffset ? run.offset[i] : 0.0F);
    if constexpr (kActivated) {
      r = r > run.activationLow ? r : run.activationLow;
      r = r < run.activationHigh ? r : run.activationHigh;
    }
    if constexpr (kResidual > 0)
      r = __builtin_fmaf(static_cast<float>(byteAt(run.residual, kResidual == 2, i) - run.residual.zero),
                         run.residualScale, r);
    if constexpr (kActivated) r = r * run.inverse;
    out[i] = rounded(r, run.result, low, high);
  }
}

template <bool kBias, bool kOffset, bool kActivated>
void finishResidual(const FinishRun& run) {
  if (!run.residual.bytes) return finishAs<kBias, kOffset, kActivated, 0>(run);
  return run.residual.isSigned ? finishAs<kBias, kOffset, kActivated, 2>(run)
                               : finishAs<kBias, kOffset, kActivated, 1>(run);
}

template <bool kBias, bool kOffset>
void finishActivated(const FinishRun& run) {
  return run.activated ? finishResidual<kBias, kOffset, true>(run)
                       : finishResidual<kBias, kOffset, false>(run);
}

void finish(const FinishRun& run) {
  if (run.bias) return run.offset ? finishActivated<true, true>(run) : finishActivated<true, false>(run);
  return run.offset ? finishActivated<false, true>(run) : finishActivated<false, false>(run);
}

template <bool kSignedA, bool kSignedB>
void addAs(const AddRun given) {
  const AddRun run = given;
  uint8_t* __restrict out = run.out;
  const auto low = static_cast<float>(run.result.low - run.result.zero),
             high = static_cast<float>(run.result.high - run.result.zero);
  for (int64_t i = 0; i < run.count; ++i) {
    const float t = static_cast<float>(byteAt(run.b, kSignedB, i) - run.b.zero) * run.bScale;
    const float r =
        __builtin_fmaf(static_cast<float>(byteAt(run.a, kSignedA, i) - run.a.zero), run.aScale, t);
    out[i] = rounded(r, run.result, low, high);
  }
}

void add(const AddRun& run) {
  if (run.a.isSigned) return run.b.isSigned ? addAs<true, true>(run) : addAs<true, false>(run);
  return run.b.isSigned ? addAs<false, true>(run) : addAs<false, false>(run);
}

void quantize(const QuantizeRun& given) {
  const QuantizeRun run = given;
  uint8_t* __restrict out = run.out;
  const auto low = static_cast<float>(run.result.low - run.result.zero),
             high = static_cast<float>(run.result.high - run.result.zero);
  for (int64_t i = 0; i < run.count; ++i) out[i] = rounded(run.in[i] / run.scale, run.result, low, high);
}

template <bool kSigned>
void dequantizeAs(const DequantizeRun run) {
  float* __restrict out = run.out;
  for (int64_t i = 0; i < run.count; ++i)
    out[i] = static_cast<float>(byteAt(run.in, kSigned, i) - run.in.zero) * run.scale;
}

void dequantize(const DequantizeRun& run) {
  run.in.isSigned ? dequantizeAs<true>(run) : dequantizeAs<false>(run);
}

}  // namespace

extern const IntegerKernels kIntegerKernels;
constinit const IntegerKernels kIntegerKernels = {
    .isa = Isa::RIDGE_ISA,
#define RIDGE_INTEGER(name, what) .name = name,
#include "cpu/kernels/integer/kernels.inc"
#undef RIDGE_INTEGER
};

}  // namespace RIDGE_ISA_NAMESPACE
