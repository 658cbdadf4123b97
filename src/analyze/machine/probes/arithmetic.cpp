// Peaks of arithmetic. Every step depends on the chain's last, so nothing can be moved out of the loop, and
// the chains start differently, so they are not one.
#include "analyze/machine/probes/probes.h"
#include "analyze/machine/probes/words.h"
#include "cpu/simd/vec.h"

namespace RIDGE_PROBE_NAMESPACE {
namespace {

using Floats = cpu::RIDGE_ISA::Vec;

struct FloatChains {
  static constexpr int kLanes = Floats::kLanes, kProducts = 1;
  using Sum = Floats;
  Floats one;

  explicit FloatChains(int value) : one(Floats::broadcast(static_cast<float>(value))) {}
  static Sum start(int chain) { return Floats::broadcast(static_cast<float>(chain)); }
  Sum step(Sum sum) const { return mulAdd(sum, one, one); }
  static double total(Sum sum) {
    float lanes[kLanes];
    sum.store(lanes);
    double result = 0;
    for (const float lane : lanes) result += static_cast<double>(lane);
    return result;
  }
};

template <class Kind>
struct IntegerChains {
  static constexpr int kLanes = Words::kLanes, kProducts = Kind::kProducts;
  using Sum = Words;
  Words bytes, halves;

  explicit IntegerChains(int value)
      : bytes(Words::broadcast(0x01010101U * static_cast<unsigned>(value))),
        halves(Words::broadcast(0x00010001U * static_cast<unsigned>(value))) {}
  static Sum start(int chain) { return Words::broadcast(static_cast<unsigned>(chain)); }
  Sum step(Sum sum) const { return Kind::step(sum, bytes, halves); }
  static double total(Sum sum) {
    alignas(64) uint32_t lanes[kLanes];
    sum.store(lanes);
    double result = 0;
    for (const uint32_t lane : lanes) result += lane;
    return result;
  }
};

template <class Kind>
struct Bf16Chains {
  static constexpr int kLanes = Floats::kLanes, kProducts = Kind::kProducts;
  using Sum = Floats;
  Words pairs;

  explicit Bf16Chains(int value) : pairs(Words::broadcast(0x3f803f80U * static_cast<unsigned>(value))) {}
  static Sum start(int chain) { return FloatChains::start(chain); }
  Sum step(Sum sum) const { return {Kind::step(sum.v, pairs)}; }
  static double total(Sum sum) { return FloatChains::total(sum); }
};

template <class Chains>
double run(int64_t rounds, int one) {
  const Chains chains(one);
  typename Chains::Sum sums[kChains];
#pragma GCC unroll 32
  for (int c = 0; c < kChains; ++c) sums[c] = Chains::start(c);
  for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 32
    for (int c = 0; c < kChains; ++c) sums[c] = chains.step(sums[c]);
  }
  double total = 0;
#pragma GCC unroll 32
  for (int c = 0; c < kChains; ++c) total += Chains::total(sums[c]);
  return total;
}

template <class Chains>
inline constexpr ArithmeticProbe kProbe{run<Chains>, kChains, Chains::kLanes, 2 * Chains::kProducts};
template <>
inline constexpr ArithmeticProbe kProbe<IntegerChains<void>>{};
template <>
inline constexpr ArithmeticProbe kProbe<Bf16Chains<void>>{};

}  // namespace

extern const ArithmeticProbes kArithmeticProbes{kProbe<FloatChains>, kProbe<IntegerChains<Int8>>,
                                                kProbe<IntegerChains<Int8Dot>>, kProbe<Bf16Chains<Bf16>>};

}  // namespace RIDGE_PROBE_NAMESPACE
