// Kernels of the normalizations: sums over a dense run, and what is made of its elements with them.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

/// Sums of x - shift and of its square over a run.
struct NormSums {
  double plain = 0, squares = 0;
};
using NormSumsFn = NormSums (*)(const float* in, int64_t count, float shift);

/// out[i] = (in[i] - mean) * inverse * scale + bias; in place is allowed.
struct NormRun {
  const float* in;
  float* out;
  int64_t count;
  float mean, inverse;
  const float* scale;  ///< one for each element or, `uniform`, one for all
  const float* bias;   ///< the same; null: 0
  bool uniform;
};
using NormApplyFn = void (*)(const NormRun&);

struct NormKernels {
  Isa isa;
  NormSumsFn sums;
  NormApplyFn apply;
};
const NormKernels& normKernels(Isa isa);

}  // namespace ridge::cpu
