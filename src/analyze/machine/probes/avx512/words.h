// Vectors of whole numbers for the probes, AVX-512. Instructions beyond F, BW, DQ and VL are named in
// assembly: GCC 12 spills the accumulators of their intrinsics, and the file needs no further flags.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace ridge::analyze::avx512 {

/// 2 units with up to 6 cycles of latency: at least 12; there are 32 registers.
inline constexpr int kChains = 24;

struct Words {
  static constexpr int kLanes = 16;
  __m512i v;

  static Words broadcast(uint32_t word) { return {_mm512_set1_epi32(static_cast<int>(word))}; }
  static Words load(const uint32_t* p) { return {_mm512_load_si512(p)}; }
  void store(uint32_t* p) const { _mm512_store_si512(p, v); }
};
inline Words operator+(Words a, Words b) {
  return {_mm512_add_epi32(a.v, b.v)};
}

/// Bytes by the instructions that every CPU with the set has: products in pairs, pairs of pairs, sum.
struct Int8 {
  static constexpr int kProducts = 4;
  static Words step(Words sum, Words bytes, Words halves) {
    __m512i pairs;
    asm("vpmaddubsw %2, %2, %1\n\tvpmaddwd %3, %1, %1\n\tvpaddd %1, %0, %0"
        : "+v"(sum.v), "=&v"(pairs)
        : "v"(bytes.v), "v"(halves.v));
    return sum;
  }
};

/// AVX512_VNNI.
struct Int8Dot {
  static constexpr int kProducts = 4;
  static Words step(Words sum, Words bytes, Words) {
    asm("vpdpbusd %1, %1, %0" : "+v"(sum.v) : "v"(bytes.v));
    return sum;
  }
};

/// AVX512_BF16: pairs of bf16 into float32.
struct Bf16 {
  static constexpr int kProducts = 2;
  static __m512 step(__m512 sum, Words pairs) {
    asm("vdpbf16ps %1, %1, %0" : "+v"(sum) : "v"(pairs.v));
    return sum;
  }
};

}  // namespace ridge::analyze::avx512
