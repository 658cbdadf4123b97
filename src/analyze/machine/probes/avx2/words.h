// Vectors of whole numbers for the probes, AVX2. What the names mean stands in ../avx512/words.h.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace ridge::analyze::avx2 {

/// 2 units with up to 5 cycles of latency: at least 10; there are 16 registers.
inline constexpr int kChains = 12;

struct Words {
  static constexpr int kLanes = 8;
  __m256i v;

  static Words broadcast(uint32_t word) { return {_mm256_set1_epi32(static_cast<int>(word))}; }
  static Words load(const uint32_t* p) { return {_mm256_load_si256(reinterpret_cast<const __m256i*>(p))}; }
  void store(uint32_t* p) const { _mm256_store_si256(reinterpret_cast<__m256i*>(p), v); }
};
inline Words operator+(Words a, Words b) {
  return {_mm256_add_epi32(a.v, b.v)};
}

struct Int8 {
  static constexpr int kProducts = 4;
  static Words step(Words sum, Words bytes, Words halves) {
    __m256i pairs;
    asm("vpmaddubsw %2, %2, %1\n\tvpmaddwd %3, %1, %1\n\tvpaddd %1, %0, %0"
        : "+x"(sum.v), "=&x"(pairs)
        : "x"(bytes.v), "x"(halves.v));
    return sum;
  }
};

/// AVX_VNNI, which has its own encoding.
struct Int8Dot {
  static constexpr int kProducts = 4;
  static Words step(Words sum, Words bytes, Words) {
    asm("%{vex%} vpdpbusd %1, %1, %0" : "+x"(sum.v) : "x"(bytes.v));
    return sum;
  }
};

using Bf16 = void;

}  // namespace ridge::analyze::avx2
