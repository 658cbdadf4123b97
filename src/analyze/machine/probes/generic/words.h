// Vectors of whole numbers for the probes, SSE2. What the names mean stands in ../avx512/words.h.
#pragma once

#include <emmintrin.h>

#include <cstdint>

namespace ridge::analyze::generic {

/// A multiplication and an addition of 4 cycles each, begun once a cycle: at least 8; there are 16 registers.
inline constexpr int kChains = 12;

struct Words {
  static constexpr int kLanes = 4;
  __m128i v;

  static Words broadcast(uint32_t word) { return {_mm_set1_epi32(static_cast<int>(word))}; }
  static Words load(const uint32_t* p) { return {_mm_load_si128(reinterpret_cast<const __m128i*>(p))}; }
  void store(uint32_t* p) const { _mm_store_si128(reinterpret_cast<__m128i*>(p), v); }
};
inline Words operator+(Words a, Words b) {
  return {_mm_add_epi32(a.v, b.v)};
}

/// SSE2 multiplies no bytes: they have been widened to 16 bits before.
struct Int8 {
  static constexpr int kProducts = 2;
  static Words step(Words sum, Words, Words halves) {
    __m128i pairs;
    asm("movdqa %2, %1\n\tpmaddwd %2, %1\n\tpaddd %1, %0" : "+x"(sum.v), "=&x"(pairs) : "x"(halves.v));
    return sum;
  }
};

using Int8Dot = void;
using Bf16 = void;

}  // namespace ridge::analyze::generic
