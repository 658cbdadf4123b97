#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/denormals.h"
#include "ir/tensor.h"
#include "support/expect_error.h"

namespace ridge {
namespace {

using test::expectError;
using testing::ElementsAre;

using Doubles = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Doubles stored(DType type, const Doubles& values) {
  return toDoubles(fromDoubles(type, {static_cast<int64_t>(values.size())}, values));
}

std::vector<int> bytesOf(const Tensor& tensor) {
  std::vector<int> bytes;
  for (const std::byte value : tensor.bytes()) bytes.push_back(std::to_integer<int>(value));
  return bytes;
}

TEST(Numbers, integersRoundHalfToEvenAndSaturate) {
  const Doubles values = {0.5, 1.5, -2.5, 1e30, -1e30, kInfinity, kNan};
  EXPECT_EQ(stored(DType::i8, values), (Doubles{0, 2, -2, 127, -128, 127, 0}));
  EXPECT_EQ(stored(DType::u8, values), (Doubles{0, 2, 0, 255, 0, 255, 0}));
  EXPECT_EQ(stored(DType::i16, values), (Doubles{0, 2, -2, 32767, -32768, 32767, 0}));
  EXPECT_EQ(stored(DType::u16, values), (Doubles{0, 2, 0, 65535, 0, 65535, 0}));
  EXPECT_EQ(stored(DType::i32, values), (Doubles{0, 2, -2, 2147483647, -2147483648.0, 2147483647, 0}));
  EXPECT_EQ(stored(DType::u32, values), (Doubles{0, 2, 0, 4294967295, 0, 4294967295, 0}));
  EXPECT_EQ(stored(DType::i64, values), (Doubles{0, 2, -2, 0x1p63, -0x1p63, 0x1p63, 0}));
  EXPECT_EQ(stored(DType::u64, values), (Doubles{0, 2, 0, 0x1p64, 0, 0x1p64, 0}));
  EXPECT_EQ(stored(DType::i4, values), (Doubles{0, 2, -2, 7, -8, 7, 0}));
  EXPECT_EQ(stored(DType::u4, values), (Doubles{0, 2, 0, 15, 0, 15, 0}));
  EXPECT_EQ(stored(DType::i2, values), (Doubles{0, 1, -2, 1, -2, 1, 0}));
  EXPECT_EQ(stored(DType::u2, values), (Doubles{0, 2, 0, 3, 0, 3, 0}));
  EXPECT_EQ(stored(DType::boolean, {0, -0.0, 0.1, kNan}), (Doubles{0, 0, 1, 1}));
}

TEST(Numbers, packedTypesFillLowBitsFirst) {
  EXPECT_THAT(bytesOf(fromDoubles(DType::u4, {3}, Doubles{1, 2, 3})), ElementsAre(0x21, 0x03));
  EXPECT_THAT(bytesOf(fromDoubles(DType::i4, {2}, Doubles{-1, -8})), ElementsAre(0x8f));
  EXPECT_THAT(bytesOf(fromDoubles(DType::u2, {5}, Doubles{1, 2, 3, 0, 1})), ElementsAre(0x39, 0x01));
  EXPECT_THAT(bytesOf(fromDoubles(DType::f4e2m1, {2}, Doubles{1, -6})), ElementsAre(0xf2));
  EXPECT_THAT(bytesOf(fromDoubles(DType::f16, {1}, Doubles{1})), ElementsAre(0x00, 0x3c));
}

TEST(Numbers, floatsRoundOnce) {
  const double aboveTheMiddle = 1.0 + 0x1p-11 + 0x1p-40;
  EXPECT_EQ(stored(DType::f16, {aboveTheMiddle}), (Doubles{1.0 + 0x1p-10}));
  EXPECT_EQ(stored(DType::bf16, {1.0 + 0x1p-8 + 0x1p-40, 3.39e38, 3.4e38}),
            (Doubles{1.0 + 0x1p-7, 0x1.fep127, kInfinity}));
  EXPECT_EQ(stored(DType::f32, {1.0 + 0x1p-24, 1e300}), (Doubles{1.0, kInfinity}));
  EXPECT_EQ(stored(DType::f64, {0.1}), (Doubles{0.1}));
  EXPECT_EQ(stored(DType::f8e4m3fn, {1e9, 17}), (Doubles{448, 16}));
  EXPECT_TRUE(std::isnan(stored(DType::f8e5m2, {kNan})[0]));
}

TEST(Numbers, subnormalsSurviveFlushing) {
  const FlushDenormals flush;
  EXPECT_EQ(stored(DType::f16, {0x1p-24, -0x3p-24}), (Doubles{0x1p-24, -0x3p-24}));
  EXPECT_EQ(stored(DType::bf16, {0x1p-133}), (Doubles{0x1p-133}));
}

TEST(Numbers, toIntsKeepsAllIntegersAndTruncatesFloats) {
  const std::vector<int64_t> large = {INT64_MAX, INT64_MIN, (int64_t{1} << 53) + 1};
  EXPECT_EQ(toInts(Tensor::of({3}, std::span<const int64_t>(large))), large);
  const std::vector<double> floats = {2.9, -2.9, 1e30, -1e30, kNan};
  EXPECT_THAT(toInts(fromDoubles(DType::f64, {5}, floats)), ElementsAre(2, -2, INT64_MAX, INT64_MIN, 0));
  EXPECT_THAT(toInts(fromDoubles(DType::i4, {2}, Doubles{-8, 7})), ElementsAre(-8, 7));
  const std::vector<uint64_t> top = {UINT64_MAX};
  EXPECT_THAT(toInts(Tensor::of(DType::u64, {1}, std::span<const uint64_t>(top))), ElementsAre(-1));
}

TEST(Numbers, otherTypesAreRefused) {
  expectError(ErrorCode::input, "string", [] { toDoubles(Tensor::ofStrings({1}, {"1"})); });
  expectError(ErrorCode::input, "complex64", [] { toInts(Tensor::allocate(DType::complex64, {1})); });
  expectError(ErrorCode::input, "complex128", [] { fromDoubles(DType::complex128, {1}, Doubles{1}); });
  expectError(ErrorCode::internal, "as many values", [] { fromDoubles(DType::f32, {2}, Doubles{1}); });
}

}  // namespace
}  // namespace ridge
