// The register tile, compiled once per instruction set.
#include "cpu/kernels/gemm/gemm_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

template <int Rows, int Vectors>
struct Accumulators {
  Vec at[Rows][Vectors];
};

template <int Rows, int Vectors>
inline __attribute__((always_inline)) void multiply(const GemmTile& t, Accumulators<Rows, Vectors>& sum) {
  const float* b = t.b;
  const float* const* pointers = t.a;
  for (int64_t s = 0; s < t.segments; ++s, pointers += t.aPitch) {
    const float* a[Rows];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) a[r] = pointers[r] + t.aOffset;
    for (int64_t k = 0; k < t.length; ++k, b += Vectors * Vec::kLanes) {
      Vec column[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) column[v] = Vec::load(b + v * Vec::kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) {
        const Vec x = Vec::broadcast(a[r][k]);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sum.at[r][v] = mulAdd(x, column[v], sum.at[r][v]);
      }
    }
  }
}

inline __attribute__((always_inline)) Vec loadColumns(const float* p, int count) {
  return count >= Vec::kLanes ? Vec::load(p) : Vec::loadFirst(p, count);
}

/// The affine epilogue, in its fixed order: bias, residual, lower bound, upper bound.
template <int Rows, int Vectors>
inline __attribute__((always_inline)) void finish(const GemmTile& t, Accumulators<Rows, Vectors>& sum) {
  const Vec lo = Vec::broadcast(t.lo), hi = Vec::broadcast(t.hi);
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; ++v) {
    const int first = v * Vec::kLanes;
    const int count = t.columns - first;
    if (t.bias) {
      const Vec bias = loadColumns(t.bias + first, count);
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) sum.at[r][v] = sum.at[r][v] + bias;
    }
    if (t.residual) {
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r)
        sum.at[r][v] = sum.at[r][v] + loadColumns(t.residual[r] + t.cOffset + first, count);
    }
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const Vec y = min(hi, max(lo, sum.at[r][v]));
      float* c = t.c[r] + t.cOffset + first;
      if (count >= Vec::kLanes)
        y.store(c);
      else
        y.storeFirst(c, count);
    }
  }
}

template <int Rows, int Vectors>
void tile(const GemmTile& t) {
  constexpr int kWidth = Vectors * Vec::kLanes;
  Accumulators<Rows, Vectors> sum;
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sum.at[r][v] = Vec::zero();
  multiply<Rows, Vectors>(t, sum);
  // Every block of K is summed from zero: one long chain of additions would lose digits with its length.
  if (t.resume) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v)
        sum.at[r][v] = sum.at[r][v] + Vec::load(t.sums + r * kWidth + v * Vec::kLanes);
  }
  if (t.finish) {
    finish<Rows, Vectors>(t, sum);
    return;
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sum.at[r][v].store(t.sums + r * kWidth + v * Vec::kLanes);
}

template <int Rows, int Vectors>
constexpr void add(GemmKernels& kernels) {
  if constexpr (Rows > 0) {
    kernels.tile[Vectors][Rows] = tile<Rows, Vectors>;
    add<Rows - 1, Vectors>(kernels);
  }
}

constexpr GemmKernels makeKernels() {
  GemmKernels kernels{};
  kernels.isa = Isa::RIDGE_ISA;
  kernels.lanes = Vec::kLanes;
#define RIDGE_GEMM(level, rows, vectors)                               \
  if constexpr (Isa::level == Isa::RIDGE_ISA) {                        \
    static_assert(rows <= kGemmMaxRows && vectors <= kGemmMaxVectors); \
    kernels.maxRows[vectors] = rows;                                   \
    if (vectors > kernels.maxVectors) kernels.maxVectors = vectors;    \
    add<Isa::level == Isa::RIDGE_ISA ? rows : 0, vectors>(kernels);    \
  }
#include "cpu/kernels/gemm/kernels.inc"
#undef RIDGE_GEMM
  return kernels;
}

}  // namespace

extern const GemmKernels kGemmKernels;
constinit const GemmKernels kGemmKernels = makeKernels();

}  // namespace RIDGE_ISA_NAMESPACE
