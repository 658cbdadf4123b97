// Softmax, compiled once per instruction set.
#include <algorithm>
#include <limits>

#include "base/elementary.h"
#include "cpu/kernels/softmax/softmax_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

inline int lanesLeft(int64_t at, int64_t end) {
  return end - at < Vec::kLanes ? static_cast<int>(end - at) : Vec::kLanes;
}

/// Adds `part` to the sum in `high`, what rounding takes away to `low`.
inline void addExactly(Vec part, Vec& high, Vec& low) {
  const Vec sum = high + part, seen = sum - high;
  low = low + ((high - (sum - seen)) + (part - seen));
  high = sum;
}

float greatest(const float* in, int64_t count) {
  Vec best = Vec::broadcast(in[0]);
  int64_t i = 0;
  for (; i + Vec::kLanes <= count; i += Vec::kLanes) best = max(best, Vec::load(in + i));
  float lanes[Vec::kLanes];
  best.store(lanes);
  float result = lanes[0];
  for (int lane = 1; lane < Vec::kLanes; ++lane) result = result > lanes[lane] ? result : lanes[lane];
  for (; i < count; ++i) result = result > in[i] ? result : in[i];
  return result;
}

/// out = exp(in - most) / sum of those.
void normalize(const float* in, float* out, int64_t count, float most) {
  const Vec shift = Vec::broadcast(most);
  Vec high = Vec::zero(), low = Vec::zero();
  int64_t i = 0;
  for (; i + Vec::kLanes <= count; i += Vec::kLanes) {
    const Vec e = expSequence(Vec::load(in + i) - shift);
    e.store(out + i);
    addExactly(e, high, low);
  }
  float sums[Vec::kLanes];
  (high + low).store(sums);
  double sum = 0;
  for (int lane = 0; lane < Vec::kLanes; ++lane) sum += static_cast<double>(sums[lane]);
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    expSequence(Vec::loadFirst(in + i, rest) - shift).storeFirst(out + i, rest);
    for (int64_t j = i; j < count; ++j) sum += static_cast<double>(out[j]);
  }
  const Vec divisor = Vec::broadcast(static_cast<float>(sum));
  for (i = 0; i < count; i += Vec::kLanes)
    (Vec::loadFirst(out + i, lanesLeft(i, count)) / divisor).storeFirst(out + i, lanesLeft(i, count));
}

void softmaxRun(const float* in, float* out, int64_t count) {
  normalize(in, out, count, greatest(in, count));
}

/// x = scale * x + mask; the greatest of them.
float scaleAndMask(float* x, const float* mask, float scale, int64_t count) {
  const Vec factor = Vec::broadcast(scale);
  float result = -std::numeric_limits<float>::infinity();
  Vec best = Vec::broadcast(result);
  int64_t i = 0;
  for (; i + Vec::kLanes <= count; i += Vec::kLanes) {
    Vec y = Vec::load(x + i) * factor;
    if (mask) y = y + Vec::load(mask + i);
    y.store(x + i);
    best = max(best, y);
  }
  float lanes[Vec::kLanes];
  best.store(lanes);
  for (float lane : lanes) result = result > lane ? result : lane;
  for (; i < count; ++i) {
    x[i] = mask ? x[i] * scale + mask[i] : x[i] * scale;
    result = result > x[i] ? result : x[i];
  }
  return result;
}

void softmaxScaled(const SoftmaxScaled& s) {
  for (int64_t row = 0; row < s.rows; ++row) {
    float* x = s.x + row * s.pitch;
    const float* mask = s.mask ? s.mask + row * s.maskPitch : nullptr;
    const float most = scaleAndMask(x, mask, s.scale, s.count);
    if (s.blindIsZero && most == -std::numeric_limits<float>::infinity())
      std::fill_n(x, s.count, 0.0f);
    else
      normalize(x, x, s.count, most);
  }
}

void softmaxColumns(const SoftmaxColumns& s) {
  for (int64_t c = 0; c < s.columns; c += Vec::kLanes) {
    const int lanes = lanesLeft(c, s.columns);
    const float* in = s.in + c;
    float* out = s.out + c;
    Vec shift = Vec::loadFirst(in, lanes);
    for (int64_t r = 1; r < s.rows; ++r) shift = max(shift, Vec::loadFirst(in + r * s.inStride, lanes));
    Vec high = Vec::zero(), low = Vec::zero();
    for (int64_t r = 0; r < s.rows; ++r) {
      const Vec e = expSequence(Vec::loadFirst(in + r * s.inStride, lanes) - shift);
      e.storeFirst(out + r * s.outStride, lanes);
      addExactly(e, high, low);
    }
    const Vec divisor = high + low;
    for (int64_t r = 0; r < s.rows; ++r)
      (Vec::loadFirst(out + r * s.outStride, lanes) / divisor).storeFirst(out + r * s.outStride, lanes);
  }
}

}  // namespace

extern const SoftmaxKernels kSoftmaxKernels;
constinit const SoftmaxKernels kSoftmaxKernels = {
    .isa = Isa::RIDGE_ISA,
#define RIDGE_SOFTMAX(name, function) .name = function,
#include "cpu/kernels/softmax/kernels.inc"
#undef RIDGE_SOFTMAX
};

}  // namespace RIDGE_ISA_NAMESPACE
