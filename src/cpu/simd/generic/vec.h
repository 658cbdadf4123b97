// Vector vocabulary of any 64-bit x86 (SSE2): 4 floats. What the operations mean stands in ../avx512/vec.h;
// they give the same bits, so fma goes through the C library, which is slow.
#pragma once

#include <emmintrin.h>

#include <cstdint>

namespace ridge::cpu::generic {

struct Vec {
  static constexpr int kLanes = 4;
  __m128 v;

  static Vec zero() { return {_mm_setzero_ps()}; }
  static Vec broadcast(float x) { return {_mm_set1_ps(x)}; }
  static Vec load(const float* p) { return {_mm_loadu_ps(p)}; }
  void store(float* p) const { _mm_storeu_ps(p, v); }
  static Vec loadFirst(const float* p, int count) {
    if (count >= kLanes) return load(p);
    float lanes[kLanes] = {};
    for (int i = 0; i < count; ++i) lanes[i] = p[i];
    return load(lanes);
  }
  void storeFirst(float* p, int count) const {
    float lanes[kLanes];
    store(lanes);
    for (int i = 0; i < count && i < kLanes; ++i) p[i] = lanes[i];
  }
};
struct Mask {
  __m128 v;
};

inline Vec operator+(Vec a, Vec b) {
  return {_mm_add_ps(a.v, b.v)};
}
inline Vec operator-(Vec a, Vec b) {
  return {_mm_sub_ps(a.v, b.v)};
}
inline Vec operator*(Vec a, Vec b) {
  return {_mm_mul_ps(a.v, b.v)};
}
inline Vec operator/(Vec a, Vec b) {
  return {_mm_div_ps(a.v, b.v)};
}
inline Vec fma(Vec a, Vec b, Vec c) {
  float x[4], y[4], z[4];
  a.store(x), b.store(y), c.store(z);
  for (int i = 0; i < 4; ++i) z[i] = __builtin_fmaf(x[i], y[i], z[i]);
  return Vec::load(z);
}
inline Vec mulAdd(Vec a, Vec b, Vec c) {
  return a * b + c;
}
inline Vec min(Vec a, Vec b) {
  return {_mm_min_ps(a.v, b.v)};
}
inline Vec max(Vec a, Vec b) {
  return {_mm_max_ps(a.v, b.v)};
}
inline Vec sqrt(Vec a) {
  return {_mm_sqrt_ps(a.v)};
}
inline Vec abs(Vec a) {
  return {_mm_andnot_ps(_mm_set1_ps(-0.0f), a.v)};
}
inline Vec neg(Vec a) {
  return {_mm_xor_ps(_mm_set1_ps(-0.0f), a.v)};
}
inline Vec copySign(Vec magnitude, Vec sign) {
  const __m128 bit = _mm_set1_ps(-0.0f);
  return {_mm_or_ps(_mm_andnot_ps(bit, magnitude.v), _mm_and_ps(bit, sign.v))};
}

inline Mask less(Vec a, Vec b) {
  return {_mm_cmplt_ps(a.v, b.v)};
}
inline Mask lessEqual(Vec a, Vec b) {
  return {_mm_cmple_ps(a.v, b.v)};
}
inline Mask equal(Vec a, Vec b) {
  return {_mm_cmpeq_ps(a.v, b.v)};
}
inline Mask notEqual(Vec a, Vec b) {
  return {_mm_cmpneq_ps(a.v, b.v)};
}
inline Vec select(Mask m, Vec yes, Vec no) {
  return {_mm_or_ps(_mm_and_ps(m.v, yes.v), _mm_andnot_ps(m.v, no.v))};
}

// SSE2 rounds only on the way to int32; from 2^23 on every float is whole (and NaN fails the comparison).
inline Vec roundEven(Vec a) {
  const Vec whole{_mm_cvtepi32_ps(_mm_cvtps_epi32(a.v))};
  return select(less(abs(a), Vec::broadcast(8388608.0f)), copySign(whole, a), a);
}
inline Vec floor(Vec a) {
  const Vec r = roundEven(a);
  return copySign(select(less(a, r), r - Vec::broadcast(1.0f), r), a);
}
inline Vec ceil(Vec a) {
  const Vec r = roundEven(a);
  return copySign(select(less(r, a), r + Vec::broadcast(1.0f), r), a);
}

inline Vec pow2(Vec n) {
  const __m128i biased = _mm_add_epi32(_mm_cvtps_epi32(n.v), _mm_set1_epi32(127));
  return {_mm_castsi128_ps(_mm_slli_epi32(biased, 23))};
}
inline Vec exponentOf(Vec a) {
  const __m128i bits = _mm_srli_epi32(_mm_castps_si128(a.v), 23);
  return {_mm_cvtepi32_ps(_mm_sub_epi32(bits, _mm_set1_epi32(127)))};
}
inline Vec mantissaOf(Vec a) {
  const __m128i bits = _mm_and_si128(_mm_castps_si128(a.v), _mm_set1_epi32(0x007fffff));
  return {_mm_castsi128_ps(_mm_or_si128(bits, _mm_set1_epi32(0x3f800000)))};
}

}  // namespace ridge::cpu::generic
