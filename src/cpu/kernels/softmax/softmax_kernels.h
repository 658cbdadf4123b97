// Kernels of softmax: along a dense run, down columns that lie side by side, and of scores of attention.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

/// out[i] = exp(in[i] - max) / sum of those; in place is allowed.
using SoftmaxRunFn = void (*)(const float* in, float* out, int64_t count);

/// The same down each of `columns` columns of `rows` rows.
struct SoftmaxColumns {
  const float* in;
  float* out;
  int64_t rows, inStride, outStride, columns;
};
using SoftmaxColumnsFn = void (*)(const SoftmaxColumns&);

/// In place along each of `rows` dense rows, `pitch` floats apart, of scale * x + mask: scores of attention.
struct SoftmaxScaled {
  float* x;
  int64_t rows, count, pitch;
  float scale;
  const float* mask;  ///< by element; null: none
  int64_t maskPitch;  ///< 0: one row for all
  bool blindIsZero;   ///< a row of nothing but -infinity becomes zeros, else NaN
};
using SoftmaxScaledFn = void (*)(const SoftmaxScaled&);

struct SoftmaxKernels {
  Isa isa;
  SoftmaxRunFn run;
  SoftmaxColumnsFn columns;
  SoftmaxScaledFn scaled;
};
const SoftmaxKernels& softmaxKernels(Isa isa);

}  // namespace ridge::cpu
