// Kernels of reductions: along a dense run, and across rows that lie side by side.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

/// The reduction of count >= 1 dense elements. Sums are made of short float32 sums added in double.
using ReduceRunFn = double (*)(const float* in, int64_t count);

/// high[c] + low[c] is the reduction so far of column c; this adds rows >= 1 rows of `columns` elements. Sums
/// are made of short float32 sums added with their rounding errors kept in `low`; other reductions leave
/// `low` alone.
struct ReduceRows {
  const float* in;
  int64_t rows, rowStride, columns;
  float *high, *low;
};
using ReduceRowsFn = void (*)(const ReduceRows&);

struct ReduceKernels {
  Isa isa;
  ReduceRunFn sumRun, maxRun, minRun;
  ReduceRowsFn sumRows, maxRows, minRows;
};
const ReduceKernels& reduceKernels(Isa isa);

}  // namespace ridge::cpu
