// Pooling of one run, compiled once per instruction set.
#include "cpu/kernels/pool/pool_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

#define RIDGE_POOL(name, expression)                               \
  struct name##Pool {                                              \
    static inline Vec combine(Vec a, Vec b) { return expression; } \
  };
#include "cpu/kernels/pool/kernels.inc"
#undef RIDGE_POOL

inline Vec finish(maxPool, Vec v, float) {
  return v;
}
inline Vec finish(averagePool, Vec v, float divisor) {
  return v / Vec::broadcast(divisor);
}

inline __attribute__((always_inline)) Vec loadStrided(const float* p, int64_t step, int count) {
  if (step == 1) return count == Vec::kLanes ? Vec::load(p) : Vec::loadFirst(p, count);
  float lanes[Vec::kLanes] = {};
  for (int i = 0; i < count; ++i) lanes[i] = p[i * step];
  return Vec::load(lanes);
}

template <class Pool>
void pool(const PoolRun& run) {
  constexpr int kBlock = 4;  // vectors that share the walk over the taps
  int64_t i = 0;
  if (run.step == 1)
    for (; i + kBlock * Vec::kLanes <= run.count; i += kBlock * Vec::kLanes) {
      Vec v[kBlock];
      for (int j = 0; j < kBlock; ++j) v[j] = Vec::load(run.taps[0] + i + j * Vec::kLanes);
      for (int64_t t = 1; t < run.tapCount; ++t)
        for (int j = 0; j < kBlock; ++j)
          v[j] = Pool::combine(v[j], Vec::load(run.taps[t] + i + j * Vec::kLanes));
      for (int j = 0; j < kBlock; ++j) finish(Pool{}, v[j], run.divisor).store(run.out + i + j * Vec::kLanes);
    }
  for (; i < run.count; i += Vec::kLanes) {
    const int lanes = run.count - i < Vec::kLanes ? static_cast<int>(run.count - i) : Vec::kLanes;
    Vec v = loadStrided(run.taps[0] + i * run.step, run.step, lanes);
    for (int64_t t = 1; t < run.tapCount; ++t)
      v = Pool::combine(v, loadStrided(run.taps[t] + i * run.step, run.step, lanes));
    finish(Pool{}, v, run.divisor).storeFirst(run.out + i, lanes);
  }
}

}  // namespace

extern const PoolKernels kPoolKernels;
constinit const PoolKernels kPoolKernels = {
    .isa = Isa::RIDGE_ISA,
#define RIDGE_POOL(name, expression) .name = pool<name##Pool>,
#include "cpu/kernels/pool/kernels.inc"
#undef RIDGE_POOL
};

}  // namespace RIDGE_ISA_NAMESPACE
