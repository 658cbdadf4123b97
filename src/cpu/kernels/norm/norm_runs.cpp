// Runs of the normalizations, compiled once per instruction set.
#include "cpu/kernels/norm/norm_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

inline int lanesLeft(int64_t at, int64_t end) {
  return end - at < Vec::kLanes ? static_cast<int>(end - at) : Vec::kLanes;
}

double sumOf(Vec v) {
  float lanes[Vec::kLanes];
  v.store(lanes);
  double sum = 0;
  for (const float lane : lanes) sum += static_cast<double>(lane);
  return sum;
}

/// Lanes add up at most so many elements in float before they are added in double.
constexpr int64_t kBlock = int64_t{64} * Vec::kLanes;

NormSums normSums(const float* in, int64_t count, float shift) {
  NormSums sums;
  const Vec base = Vec::broadcast(shift);
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t end = count - begin < kBlock ? count : begin + kBlock;
    Vec plain[2] = {Vec::zero(), Vec::zero()}, squares[2] = {Vec::zero(), Vec::zero()};
    int64_t i = begin;
    for (; i + 2 * Vec::kLanes <= end; i += 2 * Vec::kLanes)
      for (int half = 0; half < 2; ++half) {
        const Vec x = Vec::load(in + i + half * Vec::kLanes) - base;
        plain[half] = plain[half] + x;
        squares[half] = mulAdd(x, x, squares[half]);
      }
    if (i + Vec::kLanes <= end) {
      const Vec x = Vec::load(in + i) - base;
      plain[0] = plain[0] + x;
      squares[0] = mulAdd(x, x, squares[0]);
      i += Vec::kLanes;
    }
    for (; i < end; ++i) {
      const double x = static_cast<double>(in[i] - shift);
      sums.plain += x;
      sums.squares += x * x;
    }
    sums.plain += sumOf(plain[0] + plain[1]);
    sums.squares += sumOf(squares[0] + squares[1]);
  }
  return sums;
}

void normApply(const NormRun& run) {
  const Vec mean = Vec::broadcast(run.mean), inverse = Vec::broadcast(run.inverse);
  const Vec allScale = Vec::broadcast(*run.scale), allBias = Vec::broadcast(run.bias ? *run.bias : 0.0f);
  for (int64_t i = 0; i < run.count; i += Vec::kLanes) {
    const int lanes = lanesLeft(i, run.count);
    const Vec x = (Vec::loadFirst(run.in + i, lanes) - mean) * inverse;
    const Vec scale = run.uniform ? allScale : Vec::loadFirst(run.scale + i, lanes);
    const Vec bias = run.uniform || !run.bias ? allBias : Vec::loadFirst(run.bias + i, lanes);
    mulAdd(x, scale, bias).storeFirst(run.out + i, lanes);
  }
}

}  // namespace

extern const NormKernels kNormKernels;
constinit const NormKernels kNormKernels = {
    .isa = Isa::RIDGE_ISA,
#define RIDGE_NORM(name, function) .name = function,
#include "cpu/kernels/norm/kernels.inc"
#undef RIDGE_NORM
};

}  // namespace RIDGE_ISA_NAMESPACE
