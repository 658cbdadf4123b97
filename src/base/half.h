// Floating-point formats of 16 bits and fewer: exact decoding, and encoding that rounds once, half to even.
#pragma once

#include <bit>
#include <cstdint>

namespace ridge {

/// The formats that ONNX names. A code is right-aligned in its integer.
enum class SmallFloat : uint8_t { f16, bf16, f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz, f8e8m0, f4e2m1 };

/// Too large values (infinities too) become the largest finite value with `saturate`, else infinity, or NaN
/// where the format has no infinity. Formats with special cases: f4e2m1 has neither, so it always saturates
/// and takes NaN for zero; f8e8m0 has no sign and no zero, so negative numbers become NaN and zero the
/// smallest power of two.
uint16_t encodeSmallFloat(SmallFloat format, double value, bool saturate);

/// Exact: every value of every format is a double.
double decodeSmallFloat(SmallFloat format, uint16_t code);

/// The conversions below do not depend on the thread's denormal flags.
inline float bf16ToFloat(uint16_t code) {
  return std::bit_cast<float>(static_cast<uint32_t>(code) << 16);
}

inline uint16_t floatToBf16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline float f16ToFloat(uint16_t code) {
  const uint32_t sign = (code & 0x8000u) << 16, exponent = (code >> 10) & 31u, fraction = code & 0x3ffu;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
  }
  const uint32_t wide = exponent == 31 ? 255u : exponent + 112u;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

inline uint16_t floatToF16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);  // 65520 and above
  if (magnitude >= 0x38800000u) {                                              // normal in f16
    const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    return static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
  }
  const uint32_t exponent = magnitude >> 23;
  if (exponent < 102) return static_cast<uint16_t>(sign);  // below half the smallest subnormal
  const uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u, shift = 126u - exponent;
  const uint32_t kept = significand >> shift, rest = significand & ((1u << shift) - 1u),
                 half = 1u << (shift - 1u);
  return static_cast<uint16_t>(sign | (kept + (rest > half || (rest == half && (kept & 1u)) ? 1u : 0u)));
}

}  // namespace ridge
