#include "base/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "base/denormals.h"

namespace ridge {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Format {
  SmallFloat format;
  int bits;
};
constexpr Format kFormats[] = {{SmallFloat::f16, 16},     {SmallFloat::bf16, 16},
                               {SmallFloat::f8e4m3fn, 8}, {SmallFloat::f8e4m3fnuz, 8},
                               {SmallFloat::f8e5m2, 8},   {SmallFloat::f8e5m2fnuz, 8},
                               {SmallFloat::f8e8m0, 8},   {SmallFloat::f4e2m1, 4}};

TEST(SmallFloat, everyCodeSurvivesDecodingAndEncoding) {
  for (const auto& [format, bits] : kFormats)
    for (unsigned code = 0; code < (1u << bits); ++code) {
      const double value = decodeSmallFloat(format, static_cast<uint16_t>(code));
      const uint16_t back = encodeSmallFloat(format, value, false);
      if (std::isnan(value))
        EXPECT_TRUE(std::isnan(decodeSmallFloat(format, back))) << code;
      else
        EXPECT_EQ(back, code) << static_cast<int>(format);
    }
}

// The nearest value by search, the even code among two at the same distance.
TEST(SmallFloat, encodingPicksTheNearestValueHalfToEven) {
  std::mt19937_64 random(1);
  for (const auto& [format, bits] : kFormats) {
    if (bits == 16 || format == SmallFloat::f8e8m0) continue;
    std::vector<std::pair<double, unsigned>> values;  // positive, ascending
    for (unsigned code = 0; code < (1u << (bits - 1)); ++code)
      if (const double value = decodeSmallFloat(format, static_cast<uint16_t>(code)); std::isfinite(value))
        values.emplace_back(value, code);
    for (size_t at = 0; at + 1 < values.size(); ++at) {
      const auto [low, lowCode] = values[at];
      const auto [high, highCode] = values[at + 1];
      const double middle = (low + high) / 2;
      EXPECT_EQ(encodeSmallFloat(format, middle, true), lowCode % 2 == 0 ? lowCode : highCode);
      EXPECT_EQ(encodeSmallFloat(format, std::nextafter(middle, 0.0), true), lowCode);
      EXPECT_EQ(encodeSmallFloat(format, std::nextafter(middle, kInfinity), true), highCode);
    }
  }
}

TEST(SmallFloat, largestValuesAndOverflow) {
  const auto once = [](SmallFloat format, double value, bool saturate) {
    return decodeSmallFloat(format, encodeSmallFloat(format, value, saturate));
  };
  EXPECT_EQ(once(SmallFloat::f16, 65519.99, false), 65504);
  EXPECT_EQ(once(SmallFloat::f16, 65520, false), kInfinity);
  EXPECT_EQ(once(SmallFloat::f16, -1e300, true), -65504);
  EXPECT_EQ(once(SmallFloat::f8e4m3fn, 1e9, true), 448);
  EXPECT_TRUE(std::isnan(once(SmallFloat::f8e4m3fn, 1e9, false)));
  EXPECT_EQ(once(SmallFloat::f8e4m3fn, 464, false), 448);
  EXPECT_EQ(once(SmallFloat::f8e4m3fnuz, -kInfinity, true), -240);
  EXPECT_TRUE(std::isnan(once(SmallFloat::f8e5m2fnuz, kInfinity, false)));
  EXPECT_EQ(once(SmallFloat::f8e5m2, kInfinity, false), kInfinity);
  EXPECT_EQ(once(SmallFloat::f8e5m2, kInfinity, true), 57344);
  EXPECT_EQ(once(SmallFloat::f4e2m1, -kInfinity, false), -6);
  EXPECT_EQ(once(SmallFloat::f4e2m1, kNan, false), 0);
  EXPECT_EQ(once(SmallFloat::f8e8m0, 3.0, true), 4);  // between 2 and 4: 2 has the odd code 128, 4 has 129
}

TEST(SmallFloat, formatsWithoutNegativeZeroGetZero) {
  EXPECT_EQ(encodeSmallFloat(SmallFloat::f8e4m3fnuz, -0.0, true), 0);
  EXPECT_EQ(encodeSmallFloat(SmallFloat::f8e5m2fnuz, -1e-30, true), 0);
  EXPECT_EQ(encodeSmallFloat(SmallFloat::f8e4m3fn, -1e-30, true), 0x80);
}

TEST(SmallFloat, doublesRoundOnce) {
  // 1 + 2^-11 + 2^-40 lies above the middle of two halves; as a float it is the middle and would round down.
  const double value = 1.0 + 0x1p-11 + 0x1p-40;
  EXPECT_EQ(encodeSmallFloat(SmallFloat::f16, value, false), 0x3c01);
  EXPECT_EQ(floatToF16(static_cast<float>(value)), 0x3c00);
}

TEST(SmallFloat, fastConversionsAgreeWithTheExactOnes) {
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 9973) {
    const float value = std::bit_cast<float>(static_cast<uint32_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(f16ToFloat(floatToF16(value))) && std::isnan(bf16ToFloat(floatToBf16(value))));
      continue;
    }
    ASSERT_EQ(floatToF16(value), encodeSmallFloat(SmallFloat::f16, value, false)) << value;
    ASSERT_EQ(floatToBf16(value), encodeSmallFloat(SmallFloat::bf16, value, false)) << value;
  }
}

TEST(SmallFloat, conversionsIgnoreTheDenormalFlags) {
  const FlushDenormals flush;
  for (unsigned code = 0; code < 0x400; ++code) {
    EXPECT_EQ(floatToF16(f16ToFloat(static_cast<uint16_t>(code))), code);
    EXPECT_EQ(encodeSmallFloat(SmallFloat::bf16,
                               decodeSmallFloat(SmallFloat::bf16, static_cast<uint16_t>(code)), false),
              code);
    EXPECT_EQ(floatToBf16(bf16ToFloat(static_cast<uint16_t>(code))), code);
  }
}

TEST(FlushDenormals, endsWithItsScope) {
  volatile float tiny = 1e-40f;
  {
    const FlushDenormals flush;
    EXPECT_EQ(tiny * 1.0f, 0.0f);
  }
  EXPECT_NE(tiny * 1.0f, 0.0f);
}

}  // namespace
}  // namespace ridge
