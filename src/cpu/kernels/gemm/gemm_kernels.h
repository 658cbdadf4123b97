// Register-tile kernels of the GEMM family: rows of A by pointer times one packed panel of B.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

/// One tile of C: `rows` x `vectors * lanes`. Along K the rows of A come in segments of equal length (the
/// taps of a convolution, or one segment for a matrix product), each found through a pointer, so that nothing
/// is copied and a padded tap points at zeros.
struct GemmTile {
  const float* const* a;  ///< [segments][aPitch]: start of each row in each segment
  int64_t aPitch;
  int64_t aOffset;  ///< floats added to every pointer
  int64_t segments;
  int64_t length;  ///< floats per row and segment, dense
  const float* b;  ///< [segments * length][vectors * lanes]

  float*
      sums;  ///< [rows][vectors * lanes] scratch for partial sums; read if `resume`, written if not `finish`
  bool resume, finish;

  // Used by the finishing call: c = min(hi, max(lo, sum + bias + residual)).
  float* const* c;               ///< by row
  int64_t cOffset;               ///< floats added to every pointer of c and residual: the tile's first column
  int columns;                   ///< valid ones, from (vectors - 1) * lanes + 1 to vectors * lanes
  const float* bias;             ///< at the tile's first column; or null
  const float* const* residual;  ///< by row; or null
  float lo, hi;
};
using GemmTileFn = void (*)(const GemmTile&);

inline constexpr int kGemmMaxVectors = 4;
inline constexpr int kGemmMaxRows = 14;

struct GemmKernels {
  Isa isa;
  int lanes;
  int maxVectors;                                          ///< panels are at most this wide
  int maxRows[kGemmMaxVectors + 1];                        ///< by vectors
  GemmTileFn tile[kGemmMaxVectors + 1][kGemmMaxRows + 1];  ///< by vectors and rows; null where not compiled
};

/// The kernels of one level; any level may be asked for, running them is the caller's risk.
const GemmKernels& gemmKernels(Isa isa);

}  // namespace ridge::cpu
