#include "ops/dot.h"

#include "base/cpu.h"

namespace ridge::detail {
namespace {

// Products and sums are separate operations (-ffp-contract=off), so all three widths give the same bits.
template <int kLanes, int kRows>
[[gnu::always_inline]] inline void tile(const double* rows, const double* panel, int64_t depth,
                                        double* sums) {
  typedef double Vector
      __attribute__((vector_size(kLanes * sizeof(double)), aligned(sizeof(double)), may_alias));
  Vector sum[kRows][2];
#pragma GCC unroll 4
  for (int row = 0; row < kRows; ++row) {
    sum[row][0] = *reinterpret_cast<const Vector*>(sums + row * kDotColumns);
    sum[row][1] = *reinterpret_cast<const Vector*>(sums + row * kDotColumns + kLanes);
  }
  for (int64_t k = 0; k < depth; ++k) {
    const Vector right0 = *reinterpret_cast<const Vector*>(panel + k * kDotColumns);
    const Vector right1 = *reinterpret_cast<const Vector*>(panel + k * kDotColumns + kLanes);
#pragma GCC unroll 4
    for (int row = 0; row < kRows; ++row) {
      const double left = rows[row * kDotDepth + k];
      sum[row][0] += left * right0;
      sum[row][1] += left * right1;
    }
  }
#pragma GCC unroll 4
  for (int row = 0; row < kRows; ++row) {
    *reinterpret_cast<Vector*>(sums + row * kDotColumns) = sum[row][0];
    *reinterpret_cast<Vector*>(sums + row * kDotColumns + kLanes) = sum[row][1];
  }
}

template <int kLanes>
[[gnu::always_inline]] inline void tiles(const double* rows, int64_t rowCount, const double* panel,
                                         int64_t depth, int64_t columns, double* sums) {
  for (int64_t column = 0; column < columns; column += 2 * kLanes) {
    switch (rowCount) {
      case 1:
        tile<kLanes, 1>(rows, panel + column, depth, sums + column);
        break;
      case 2:
        tile<kLanes, 2>(rows, panel + column, depth, sums + column);
        break;
      case 3:
        tile<kLanes, 3>(rows, panel + column, depth, sums + column);
        break;
      default:
        tile<kLanes, 4>(rows, panel + column, depth, sums + column);
    }
  }
}

using Accumulate = void (*)(const double*, int64_t, const double*, int64_t, int64_t, double*);

[[gnu::target("avx512f")]] void accumulateAvx512(const double* rows, int64_t rowCount, const double* panel,
                                                 int64_t depth, int64_t columns, double* sums) {
  tiles<8>(rows, rowCount, panel, depth, columns, sums);
}

[[gnu::target("avx2")]] void accumulateAvx2(const double* rows, int64_t rowCount, const double* panel,
                                            int64_t depth, int64_t columns, double* sums) {
  tiles<4>(rows, rowCount, panel, depth, columns, sums);
}

void accumulateGeneric(const double* rows, int64_t rowCount, const double* panel, int64_t depth,
                       int64_t columns, double* sums) {
  tiles<2>(rows, rowCount, panel, depth, columns, sums);
}

Accumulate chosen() {
  switch (activeIsa()) {
    case Isa::avx512:
      return accumulateAvx512;
    case Isa::avx2:
      return accumulateAvx2;
    case Isa::generic:
      break;
  }
  return accumulateGeneric;
}

}  // namespace

void accumulate(const double* rows, int64_t rowCount, const double* panel, int64_t depth, int64_t columns,
                double* sums) {
  static const Accumulate run = chosen();
  run(rows, rowCount, panel, depth, columns, sums);
}

}  // namespace ridge::detail
