// Reductions, compiled once per instruction set.
#include "cpu/kernels/reduce/reduce_kernels.h"
#include "cpu/simd/vec.h"

namespace RIDGE_ISA_NAMESPACE {
namespace {

struct Greatest {
  static inline Vec combine(Vec a, Vec b) { return greatest(a, b); }
};
struct Least {
  static inline Vec combine(Vec a, Vec b) { return least(a, b); }
};

constexpr int kShortSum = 32;  // float32 additions in a row: their error stays far below 100 dB

inline double addLanes(Vec v) {
  float lanes[Vec::kLanes];
  v.store(lanes);
  double sum = 0;
  for (int i = 0; i < Vec::kLanes; ++i) sum += static_cast<double>(lanes[i]);
  return sum;
}

double sumOfRun(const float* in, int64_t count) {
  constexpr int64_t kBlock = int64_t{4} * kShortSum * Vec::kLanes;
  double sum = 0;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t end = begin + kBlock < count ? begin + kBlock : count;
    Vec part[4] = {Vec::zero(), Vec::zero(), Vec::zero(), Vec::zero()};
    int64_t i = begin;
    for (; i + 4 * Vec::kLanes <= end; i += 4 * Vec::kLanes)
      for (int j = 0; j < 4; ++j) part[j] = part[j] + Vec::load(in + i + j * Vec::kLanes);
    for (int j = 0; i < end; i += Vec::kLanes, j = (j + 1) & 3)
      part[j] =
          part[j] + Vec::loadFirst(in + i, end - i < Vec::kLanes ? static_cast<int>(end - i) : Vec::kLanes);
    sum += addLanes((part[0] + part[1]) + (part[2] + part[3]));
  }
  return sum;
}

template <class Kind>
double extremeOfRun(const float* in, int64_t count) {
  float best = in[0];
  int64_t i = 0;
  if (count >= Vec::kLanes) {
    Vec v = Vec::load(in);
    for (i = Vec::kLanes; i + Vec::kLanes <= count; i += Vec::kLanes) v = Kind::combine(v, Vec::load(in + i));
    float lanes[Vec::kLanes];
    v.store(lanes);
    best = lanes[0];
    for (int lane = 1; lane < Vec::kLanes; ++lane)
      Kind::combine(Vec::broadcast(best), Vec::broadcast(lanes[lane])).storeFirst(&best, 1);
  }
  for (; i < count; ++i) Kind::combine(Vec::broadcast(best), Vec::broadcast(in[i])).storeFirst(&best, 1);
  return static_cast<double>(best);
}

void addRows(const ReduceRows& r) {
  for (int64_t c = 0; c < r.columns; c += Vec::kLanes) {
    const int lanes = r.columns - c < Vec::kLanes ? static_cast<int>(r.columns - c) : Vec::kLanes;
    Vec high = Vec::loadFirst(r.high + c, lanes), low = Vec::loadFirst(r.low + c, lanes);
    for (int64_t row = 0; row < r.rows;) {
      const int64_t end = row + kShortSum < r.rows ? row + kShortSum : r.rows;
      Vec part = Vec::zero();
      for (; row < end; ++row) part = part + Vec::loadFirst(r.in + row * r.rowStride + c, lanes);
      // high + part = sum + (what rounding took away), exactly.
      const Vec sum = high + part, seen = sum - high;
      low = low + ((high - (sum - seen)) + (part - seen));
      high = sum;
    }
    high.storeFirst(r.high + c, lanes);
    low.storeFirst(r.low + c, lanes);
  }
}

template <class Kind>
void extremeOfRows(const ReduceRows& r) {
  for (int64_t c = 0; c < r.columns; c += Vec::kLanes) {
    const int lanes = r.columns - c < Vec::kLanes ? static_cast<int>(r.columns - c) : Vec::kLanes;
    Vec best = Vec::loadFirst(r.high + c, lanes);
    for (int64_t row = 0; row < r.rows; ++row)
      best = Kind::combine(best, Vec::loadFirst(r.in + row * r.rowStride + c, lanes));
    best.storeFirst(r.high + c, lanes);
  }
}

}  // namespace

extern const ReduceKernels kReduceKernels;
constinit const ReduceKernels kReduceKernels = {
    .isa = Isa::RIDGE_ISA,
#define RIDGE_REDUCE(name, function) .name = function,
#include "cpu/kernels/reduce/kernels.inc"
#undef RIDGE_REDUCE
};

}  // namespace RIDGE_ISA_NAMESPACE
