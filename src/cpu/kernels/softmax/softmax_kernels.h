// Kernels of softmax: along a dense run, and down columns that lie side by side.
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

struct SoftmaxKernels {
  Isa isa;
  SoftmaxRunFn run;
  SoftmaxColumnsFn columns;
};
const SoftmaxKernels& softmaxKernels(Isa isa);

}  // namespace ridge::cpu
