// Vector vocabulary of AVX-512 (F, BW, DQ, VL): 16 floats.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace ridge::cpu::avx512 {

struct Vec {
  static constexpr int kLanes = 16;
  __m512 v;

  static Vec zero() { return {_mm512_setzero_ps()}; }
  static Vec broadcast(float x) { return {_mm512_set1_ps(x)}; }
  static Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  void store(float* p) const { _mm512_storeu_ps(p, v); }

  /// The first `count` lanes (0 to kLanes), zeros in the others; nothing else is touched.
  static Vec loadFirst(const float* p, int count) { return {_mm512_maskz_loadu_ps(firstLanes(count), p)}; }
  void storeFirst(float* p, int count) const { _mm512_mask_storeu_ps(p, firstLanes(count), v); }

  static __mmask16 firstLanes(int count) { return static_cast<__mmask16>((1u << count) - 1u); }
};
using Mask = __mmask16;

inline Vec operator+(Vec a, Vec b) {
  return {_mm512_add_ps(a.v, b.v)};
}
inline Vec operator-(Vec a, Vec b) {
  return {_mm512_sub_ps(a.v, b.v)};
}
inline Vec operator*(Vec a, Vec b) {
  return {_mm512_mul_ps(a.v, b.v)};
}
inline Vec operator/(Vec a, Vec b) {
  return {_mm512_div_ps(a.v, b.v)};
}
/// a * b + c, rounded once.
inline Vec fma(Vec a, Vec b, Vec c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
/// a * b + c, rounded as is fastest: for sums of products only.
inline Vec mulAdd(Vec a, Vec b, Vec c) {
  return fma(a, b, c);
}
/// a < b ? a : b, and a > b ? a : b.
inline Vec min(Vec a, Vec b) {
  return {_mm512_min_ps(a.v, b.v)};
}
inline Vec max(Vec a, Vec b) {
  return {_mm512_max_ps(a.v, b.v)};
}
inline Vec sqrt(Vec a) {
  return {_mm512_sqrt_ps(a.v)};
}
inline Vec floor(Vec a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)};
}
inline Vec ceil(Vec a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)};
}
inline Vec roundEven(Vec a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
inline Vec abs(Vec a) {
  return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v)};
}
inline Vec neg(Vec a) {
  return {_mm512_xor_ps(_mm512_set1_ps(-0.0f), a.v)};
}
inline Vec copySign(Vec magnitude, Vec sign) {
  const __m512 bit = _mm512_set1_ps(-0.0f);
  return {_mm512_or_ps(_mm512_andnot_ps(bit, magnitude.v), _mm512_and_ps(bit, sign.v))};
}

inline Mask less(Vec a, Vec b) {
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ);
}
inline Mask lessEqual(Vec a, Vec b) {
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ);
}
inline Mask equal(Vec a, Vec b) {
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ);
}
inline Mask notEqual(Vec a, Vec b) {
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_NEQ_UQ);
}
inline Vec select(Mask m, Vec yes, Vec no) {
  return {_mm512_mask_blend_ps(m, no.v, yes.v)};
}

/// 2^n for whole n in [-126, 127].
inline Vec pow2(Vec n) {
  const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23))};
}
/// Of a positive normal number m * 2^e with m in [1, 2): e, and m.
inline Vec exponentOf(Vec a) {
  const __m512i bits = _mm512_srli_epi32(_mm512_castps_si512(a.v), 23);
  return {_mm512_cvtepi32_ps(_mm512_sub_epi32(bits, _mm512_set1_epi32(127)))};
}
inline Vec mantissaOf(Vec a) {
  const __m512i bits = _mm512_and_si512(_mm512_castps_si512(a.v), _mm512_set1_epi32(0x007fffff));
  return {_mm512_castsi512_ps(_mm512_or_si512(bits, _mm512_set1_epi32(0x3f800000)))};
}

}  // namespace ridge::cpu::avx512
