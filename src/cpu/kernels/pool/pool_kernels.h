// Kernels of pooling: one output run from the runs of a window's taps.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

/// out[i] = max, or sum / divisor, over taps t of taps[t][i * step], i in [0, count). Taps in padding are
/// left out.
struct PoolRun {
  const float* const* taps;
  int64_t tapCount;  ///< at least 1
  int64_t step;
  int64_t count;
  float* out;
  float divisor;  ///< of averages
};
using PoolRunFn = void (*)(const PoolRun&);

struct PoolKernels {
  Isa isa;
  PoolRunFn max, average;
};
const PoolKernels& poolKernels(Isa isa);

}  // namespace ridge::cpu
