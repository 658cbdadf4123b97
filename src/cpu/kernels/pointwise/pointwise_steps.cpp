// The interpreter's steps, compiled once per instruction set.
#include "base/elementary.h"
#include "cpu/kernels/pointwise/pointwise_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

inline Vec truth(Mask m) {
  return select(m, Vec::broadcast(1.0f), Vec::zero());
}

// The operations get names of their own (suffix Op): min and abs are also names of the vocabulary.
#define RIDGE_POINTWISE(name, sources, expression)                                                    \
  struct name##Op {                                                                                   \
    static constexpr int kSources = sources;                                                          \
    static inline Vec apply([[maybe_unused]] Vec a, [[maybe_unused]] Vec b, [[maybe_unused]] Vec c) { \
      return expression;                                                                              \
    }                                                                                                 \
  };
#include "cpu/kernels/pointwise/kernels.inc"
#undef RIDGE_POINTWISE

template <class Op>
void step(float* out, const float* a, const float* b, const float* c, int64_t count) {
  int64_t i = 0;
  for (; i + Vec::kLanes <= count; i += Vec::kLanes) {
    const Vec x = Vec::load(a + i);
    const Vec y = Op::kSources > 1 ? Vec::load(b + i) : x;
    const Vec z = Op::kSources > 2 ? Vec::load(c + i) : x;
    Op::apply(x, y, z).store(out + i);
  }
  if (i == count) return;
  const int rest = static_cast<int>(count - i);
  const Vec x = Vec::loadFirst(a + i, rest);
  const Vec y = Op::kSources > 1 ? Vec::loadFirst(b + i, rest) : x;
  const Vec z = Op::kSources > 2 ? Vec::loadFirst(c + i, rest) : x;
  Op::apply(x, y, z).storeFirst(out + i, rest);
}

}  // namespace

extern const PointwiseKernels kPointwiseKernels;
constinit const PointwiseKernels kPointwiseKernels = {
    .isa = Isa::RIDGE_ISA,
#define RIDGE_POINTWISE(name, sources, expression) .name = step<name##Op>,
#include "cpu/kernels/pointwise/kernels.inc"
#undef RIDGE_POINTWISE
};

}  // namespace RIDGE_ISA_NAMESPACE
