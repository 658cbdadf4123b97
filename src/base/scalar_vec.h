// The vector vocabulary of src/cpu/simd with one lane, for the reference interpreter.
#pragma once

#include <emmintrin.h>

#include <cstdint>

namespace ridge {

/// The vector vocabulary with one lane. min and max are the machine's own instructions, so that subnormal
/// numbers are treated as the thread's mode says, here as there.
struct ScalarVec {
  float v;

  static ScalarVec broadcast(float x) { return {x}; }
};

namespace detail {
inline __m128 lane(ScalarVec a) {
  return _mm_set_ss(a.v);
}
inline ScalarVec first(__m128 a) {
  return {_mm_cvtss_f32(a)};
}
inline uint32_t bitsOf(ScalarVec a) {
  return static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_castps_si128(lane(a))));
}
inline ScalarVec fromBits(uint32_t bits) {
  return first(_mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(bits))));
}
}  // namespace detail

inline ScalarVec operator+(ScalarVec a, ScalarVec b) {
  return {a.v + b.v};
}
inline ScalarVec operator-(ScalarVec a, ScalarVec b) {
  return {a.v - b.v};
}
inline ScalarVec operator*(ScalarVec a, ScalarVec b) {
  return {a.v * b.v};
}
inline ScalarVec operator/(ScalarVec a, ScalarVec b) {
  return {a.v / b.v};
}
inline ScalarVec fma(ScalarVec a, ScalarVec b, ScalarVec c) {
  return {__builtin_fmaf(a.v, b.v, c.v)};
}
inline ScalarVec min(ScalarVec a, ScalarVec b) {
  return detail::first(_mm_min_ss(detail::lane(a), detail::lane(b)));
}
inline ScalarVec max(ScalarVec a, ScalarVec b) {
  return detail::first(_mm_max_ss(detail::lane(a), detail::lane(b)));
}
inline ScalarVec sqrt(ScalarVec a) {
  return detail::first(_mm_sqrt_ss(detail::lane(a)));
}
inline ScalarVec abs(ScalarVec a) {
  return detail::fromBits(detail::bitsOf(a) & 0x7fffffffu);
}
inline ScalarVec neg(ScalarVec a) {
  return detail::fromBits(detail::bitsOf(a) ^ 0x80000000u);
}
inline ScalarVec copySign(ScalarVec magnitude, ScalarVec sign) {
  return detail::fromBits((detail::bitsOf(magnitude) & 0x7fffffffu) | (detail::bitsOf(sign) & 0x80000000u));
}
inline bool less(ScalarVec a, ScalarVec b) {
  return a.v < b.v;
}
inline bool lessEqual(ScalarVec a, ScalarVec b) {
  return a.v <= b.v;
}
inline bool equal(ScalarVec a, ScalarVec b) {
  return a.v == b.v;
}
inline bool notEqual(ScalarVec a, ScalarVec b) {
  return a.v != b.v;
}
inline ScalarVec select(bool m, ScalarVec yes, ScalarVec no) {
  return m ? yes : no;
}
inline ScalarVec roundEven(ScalarVec a) {
  if (!(abs(a).v < 8388608.0f)) return a;
  return copySign({static_cast<float>(_mm_cvtss_si32(detail::lane(a)))}, a);
}
inline ScalarVec floor(ScalarVec a) {
  const ScalarVec r = roundEven(a);
  return a.v < r.v ? copySign({r.v - 1.0f}, a) : r;
}
inline ScalarVec ceil(ScalarVec a) {
  const ScalarVec r = roundEven(a);
  return r.v < a.v ? copySign({r.v + 1.0f}, a) : r;
}
/// 2^n for whole n in [-126, 127]; exponent and mantissa (in [1, 2)) of a positive normal number.
inline ScalarVec pow2(ScalarVec n) {
  return detail::fromBits(static_cast<uint32_t>(_mm_cvtss_si32(detail::lane(n)) + 127) << 23);
}
inline ScalarVec exponentOf(ScalarVec a) {
  return {static_cast<float>(static_cast<int>(detail::bitsOf(a) >> 23) - 127)};
}
inline ScalarVec mantissaOf(ScalarVec a) {
  return detail::fromBits((detail::bitsOf(a) & 0x007fffffu) | 0x3f800000u);
}

}  // namespace ridge
