#include "base/half.h"

#include <cmath>
#include <limits>

namespace ridge {
namespace {

struct Layout {
  int fractionBits;
  int bias;
  int signBit;         // position of the sign, -1: unsigned
  uint16_t maxFinite;  // code of the largest finite magnitude
  int infinity;        // code, -1: the format has none
  int nan;             // code, -1: the format has none
  bool onlyOneNan;     // NaN is nothing but `nan` (or its negative where the sign is not part of it)
};

constexpr Layout kLayouts[] = {
    {10, 15, 15, 0x7bff, 0x7c00, 0x7e00, false},  // f16
    {7, 127, 15, 0x7f7f, 0x7f80, 0x7fc0, false},  // bf16
    {3, 7, 7, 0x7e, -1, 0x7f, false},             // f8e4m3fn
    {3, 8, 7, 0x7f, -1, 0x80, true},              // f8e4m3fnuz
    {2, 15, 7, 0x7b, 0x7c, 0x7f, false},          // f8e5m2
    {2, 16, 7, 0x7f, -1, 0x80, true},             // f8e5m2fnuz
    {0, 127, -1, 0xfe, -1, 0xff, false},          // f8e8m0
    {1, 1, 3, 0x7, -1, -1, false},                // f4e2m1
};

const Layout& layoutOf(SmallFloat format) {
  return kLayouts[static_cast<int>(format)];
}

// significand / 2^shift, rounded half to even; significand < 2^53.
uint64_t shiftRounded(uint64_t significand, int shift) {
  if (shift <= 0) return significand << -shift;
  if (shift > 53) return 0;
  const uint64_t kept = significand >> shift, rest = significand & ((uint64_t{1} << shift) - 1);
  const uint64_t half = uint64_t{1} << (shift - 1);
  return kept + (rest > half || (rest == half && (kept & 1)) ? 1 : 0);
}

// Code of a finite, positive, normal double before the test for overflow.
uint64_t roundedCode(const Layout& layout, uint64_t significand, int exponent, bool hasSubnormals) {
  const int smallest =
      hasSubnormals ? 1 - layout.bias : -layout.bias;  // exponent of the smallest normal value
  const int shift = 52 - layout.fractionBits;
  if (exponent < smallest) return hasSubnormals ? shiftRounded(significand, shift + smallest - exponent) : 0;
  const uint64_t code =
      shiftRounded(significand, shift) + (static_cast<uint64_t>(exponent - smallest) << layout.fractionBits);
  return hasSubnormals ? code : code - 1;  // exponent field 0 is normal in f8e8m0
}

uint16_t nanCode(const Layout& layout) {
  return layout.nan < 0 ? uint16_t{0} : static_cast<uint16_t>(layout.nan);
}

}  // namespace

uint16_t encodeSmallFloat(SmallFloat format, double value, bool saturate) {
  const Layout& layout = layoutOf(format);
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const bool negative = bits >> 63;
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  const int field = static_cast<int>((bits >> 52) & 0x7ff);
  if (field == 0x7ff && fraction != 0) return nanCode(layout);
  const bool zero = field == 0;  // subnormal doubles lie below half of every smallest value
  if (layout.signBit < 0 && negative && !zero) return nanCode(layout);

  const uint16_t sign =
      negative && layout.signBit >= 0 ? static_cast<uint16_t>(1u << layout.signBit) : uint16_t{0};
  uint64_t code = 0;
  if (field == 0x7ff)
    code = uint64_t{layout.maxFinite} + 1;
  else if (!zero)
    code = roundedCode(layout, fraction | (uint64_t{1} << 52), field - 1023, layout.signBit >= 0);

  if (code > layout.maxFinite) {
    if (saturate || format == SmallFloat::f4e2m1)
      code = layout.maxFinite;
    else if (layout.infinity >= 0)
      code = static_cast<uint64_t>(layout.infinity);
    else
      return nanCode(layout);
  }
  if (code == 0 && layout.onlyOneNan) return 0;  // the code of -0 means NaN in these formats
  return static_cast<uint16_t>(code | sign);
}

double decodeSmallFloat(SmallFloat format, uint16_t code) {
  const Layout& layout = layoutOf(format);
  const bool negative = layout.signBit >= 0 && ((code >> layout.signBit) & 1);
  const int magnitude = layout.signBit >= 0 ? code & ((1 << layout.signBit) - 1) : code & 0xff;
  double value = 0;
  if (layout.onlyOneNan ? (negative && magnitude == 0) : (magnitude > layout.maxFinite)) {
    value = magnitude == layout.infinity ? std::numeric_limits<double>::infinity()
                                         : std::numeric_limits<double>::quiet_NaN();
  } else {
    const int field = magnitude >> layout.fractionBits,
              fraction = magnitude & ((1 << layout.fractionBits) - 1);
    const bool normal = field > 0 || layout.signBit < 0;
    const int smallest = layout.signBit < 0 ? 0 : 1;
    value = std::ldexp(static_cast<double>(normal ? fraction | (1 << layout.fractionBits) : fraction),
                       (normal ? field : smallest) - layout.bias - layout.fractionBits);
  }
  return negative ? -value : value;
}

}  // namespace ridge
