// Kernels of the integer ops. Sums are exact modulo 2^32, everything after them is a fixed sequence of
// float32 operations (docs/integer_arithmetic.md): every instruction set has the same bits.
#pragma once

#include <cstdint>
#include <limits>

#include "base/cpu.h"

namespace ridge::cpu {

/// Sums of products are as deep as a multiple of this; the rest is zeros.
inline constexpr int64_t kIntegerDepth = 32;

/// Bytes and their zero point.
struct ByteRun {
  const uint8_t* bytes = nullptr;
  bool isSigned = false;
  int32_t zero = 0;
};

/// out[i] = byte i less the zero point.
struct WidenRun {
  ByteRun in;
  int64_t count;
  int16_t* out;
};

/// sums[p * pitch + o] = sum over k < depth of x[p * depth + k] * w[o * depth + k].
struct ProductsRun {
  const int16_t *x, *w;
  int64_t depth;  ///< a multiple of kIntegerDepth
  int64_t pixels, outputs;
  int32_t* sums;
  int64_t pitch;
};

/// sums[c] = sum over taps t of (byte c of taps[t] less zero) * w[t * pitch + c].
struct DepthwiseRun {
  const uint8_t* const* taps;  ///< null: padding
  const int16_t* weights;      ///< [tap][pitch]
  int64_t tapCount, channels, pitch;
  bool isSigned;
  int32_t zero;
  int32_t* sums;
};

/// A result of 8 bits: its zero point and bounds.
struct ByteResult {
  int32_t zero = 0, low = 0, high = 255;
};

/// Rules 4 to 6 for a run of outputs.
struct FinishRun {
  const int32_t* sums;
  int64_t count;
  const int32_t* bias;  ///< null: none
  const float* multiplier;
  const float* offset;  ///< null: none
  ByteRun residual;     ///< bytes null: none
  float residualScale;
  bool activated;
  float activationLow, activationHigh, inverse;
  ByteResult result;
  uint8_t* out;
};

/// Rule 9.
struct AddRun {
  ByteRun a, b;
  float aScale, bScale;
  ByteResult result;
  int64_t count;
  uint8_t* out;
};

/// Rule 10: x / scale, then rule 6.
struct QuantizeRun {
  const float* in;
  float scale;
  ByteResult result;
  int64_t count;
  uint8_t* out;
};

/// Rule 10: f32(byte less its zero point) * scale.
struct DequantizeRun {
  ByteRun in;
  float scale;
  int64_t count;
  float* out;
};

struct IntegerKernels {
  Isa isa;
  void (*widen)(const WidenRun&);
  void (*products)(const ProductsRun&);
  void (*depthwise)(const DepthwiseRun&);
  void (*finish)(const FinishRun&);
  void (*add)(const AddRun&);
  void (*quantize)(const QuantizeRun&);
  void (*dequantize)(const DequantizeRun&);
};
const IntegerKernels& integerKernels(Isa isa);

}  // namespace ridge::cpu
