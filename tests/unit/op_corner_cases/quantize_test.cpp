// QuantizeLinear and DequantizeLinear: rounding, saturation, granularity.
#include <cmath>
#include <limits>

#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Quantize, RoundsHalfToEvenThenAddsTheZeroPoint) {
  const Tensor x = f32({0.5, 1.5, 2.5, -0.5, -1.5, 1000, -1000, kInf, -kInf, std::nan("")});
  const Tensor one = Tensor::scalar(1.0f);
  // With an odd zero point added before rounding every tie would change.
  EXPECT_THAT(integers(run(ops::quantizeLinear, {x, one, of(DType::i8, {}, {1})})),
              ElementsAre(1, 3, 3, 1, -1, 127, -128, 127, -128, -128));
  EXPECT_THAT(integers(run(ops::quantizeLinear, {x, one, of(DType::u8, {}, {3})})),
              ElementsAre(3, 5, 5, 3, 1, 255, 0, 255, 0, 0));
  EXPECT_EQ(run(ops::quantizeLinear, {x, one}).type(), DType::u8);
}

TEST(Quantize, DividesInFloat32) {
  // The quotient in float32 is exactly 51.5, in double a little less: only the float32 quotient is a tie.
  const float x = 24.359499f, scale = 0.473f;
  ASSERT_EQ(x / scale, 51.5f);
  ASSERT_LT(static_cast<double>(x) / static_cast<double>(scale), 51.5);
  EXPECT_THAT(integers(run(ops::quantizeLinear, {Tensor::scalar(x), Tensor::scalar(scale)})),
              ElementsAre(52));
}

TEST(Quantize, Types) {
  const Tensor x = f32({-1e6, 100.4, 1e6}), one = Tensor::scalar(1.0f);
  const auto to = [&](DType type) { return integers(run(ops::quantizeLinear, {x, one, of(type, {}, {0})})); };
  EXPECT_THAT(to(DType::u16), ElementsAre(0, 100, 65535));
  EXPECT_THAT(to(DType::i16), ElementsAre(-32768, 100, 32767));
  EXPECT_THAT(to(DType::i4), ElementsAre(-8, 7, 7));
  EXPECT_THAT(to(DType::u4), ElementsAre(0, 15, 15));
  const AttributeList attributes{{"output_dtype", static_cast<int64_t>(DType::i8)}};
  EXPECT_EQ(run(ops::quantizeLinear, {x, one}, attributes).type(), DType::i8);
  expectError(ErrorCode::input, "output_dtype", [&] {
    run(ops::quantizeLinear, {x, one, of(DType::u8, {}, {0})}, attributes);
  });
  expectError(ErrorCode::input, "no element type", [&] {
    run(ops::quantizeLinear, {x, one}, {{"output_dtype", int64_t{1000}}});
  });
}

TEST(Quantize, PerAxisAndBlocked) {
  const Tensor x = iota({2, 3, 2});
  const Tensor perAxis = run(ops::quantizeLinear, {x, f32({1, 0.5, 2}), of(DType::u8, {3}, {0, 0, 100})});
  EXPECT_THAT(integers(perAxis), ElementsAre(0, 1, 4, 6, 102, 102, 6, 7, 16, 18, 105, 106));
  const Tensor blocked = run(ops::quantizeLinear, {iota({2, 3}), f32({2, 2}, {1, 0.5, 0.25, 1})},
                             {{"axis", int64_t{1}}, {"block_size", int64_t{2}}});
  EXPECT_THAT(integers(blocked), ElementsAre(0, 1, 4, 12, 16, 5));
  expectError(ErrorCode::input, "does not fit", [&] { run(ops::quantizeLinear, {x, f32({1, 2})}); });
  expectError(ErrorCode::input, "zero point", [&] {
    run(ops::quantizeLinear, {x, f32({1, 1, 1}), of(DType::u8, {}, {0})});
  });
  expectError(ErrorCode::input, "block_size", [&] { run(ops::quantizeLinear, {x, f32({1, 2}, {1, 1})}); });
  expectError(ErrorCode::input, "axis 7", [&] {
    run(ops::quantizeLinear, {x, f32({1, 1, 1})}, {{"axis", int64_t{7}}});
  });
}

TEST(Quantize, Dequantize) {
  const Tensor q = of(DType::i8, {3}, {-128, 0, 127});
  EXPECT_THAT(numbers(run(ops::dequantizeLinear, {q, Tensor::scalar(0.5f), of(DType::i8, {}, {-1})})),
              ElementsAre(-63.5, 0.5, 64));
  const Tensor wide = of(DType::i32, {2, 2}, {1000000, 1, -3, 16777217});
  EXPECT_THAT(numbers(run(ops::dequantizeLinear, {wide, f32({1, 2})}, {{"axis", int64_t{-1}}})),
              ElementsAre(1000000, 2, -3, 33554432));
  EXPECT_EQ(run(ops::dequantizeLinear, {q, of(DType::f16, {}, {0.5})}).type(), DType::f16);
  expectError(ErrorCode::input, "another type", [&] {
    run(ops::dequantizeLinear, {q, Tensor::scalar(0.5f), of(DType::u8, {}, {0})});
  });
}

TEST(Quantize, IsNeverFolded) {
  EXPECT_FALSE(ops::quantizeLinear.traits.foldable);
  EXPECT_FALSE(ops::dequantizeLinear.traits.foldable);
}

}  // namespace
}  // namespace ridge::test
