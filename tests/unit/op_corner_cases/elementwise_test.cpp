// Literal expectations of the elementwise ops: broadcasting, number classes, corner cases.
#include <cmath>
#include <limits>

#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

TEST(Elementwise, BroadcastsBothWays) {
  const Tensor sum = run(ops::add, {f32({2, 1}, {10, 20}), f32({3}, {1, 2, 3})});
  EXPECT_EQ(sum.dims(), (Dims{2, 3}));
  EXPECT_THAT(numbers(sum), ElementsAre(11, 12, 13, 21, 22, 23));
  EXPECT_EQ(run(ops::mul, {f32({}, {3}), f32({}, {4})}).dims(), Dims{});
  EXPECT_EQ(run(ops::add, {f32({0, 3}, {}), f32({3}, {1, 2, 3})}).dims(), (Dims{0, 3}));
}

TEST(Elementwise, IntegersWrapInTheirWidth) {
  EXPECT_THAT(integers(run(ops::add, {of(DType::i8, {2}, {127, -128}), of(DType::i8, {2}, {1, -1})})),
              ElementsAre(-128, 127));
  EXPECT_THAT(integers(run(ops::sub, {of(DType::u8, {1}, {0}), of(DType::u8, {1}, {1})})), ElementsAre(255));
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(integers(run(ops::add, {i64({kMax}), i64({1})})), ElementsAre(-kMax - 1));
  EXPECT_THAT(integers(run(ops::mul, {i64({kMax}), i64({2})})), ElementsAre(-2));
  EXPECT_THAT(integers(run(ops::neg, {of(DType::i8, {2}, {-128, 5})})), ElementsAre(-128, -5));
  EXPECT_THAT(integers(run(ops::abs, {of(DType::i16, {2}, {-7, 7})})), ElementsAre(7, 7));
}

TEST(Elementwise, LargeIntegersAreExact) {
  constexpr int64_t kOdd = (int64_t{1} << 53) + 1;
  EXPECT_THAT(integers(run(ops::add, {i64({kOdd}), i64({0})})), ElementsAre(kOdd));
  EXPECT_THAT(integers(run(ops::maxOf, {i64({kOdd}), i64({kOdd - 1})})), ElementsAre(kOdd));
  EXPECT_THAT(integers(run(ops::less, {i64({kOdd - 1}), i64({kOdd})})), ElementsAre(1));
}

TEST(Elementwise, DivisionTruncatesAndRefusesZero) {
  EXPECT_THAT(integers(run(ops::div, {i64({7, -7, 7, -7}), i64({2, 2, -2, -2})})), ElementsAre(3, -3, -3, 3));
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(integers(run(ops::div, {i64({kMin}), i64({-1})})), ElementsAre(kMin));
  expectError(ErrorCode::input, "divided by zero", [] { run(ops::div, {i64({1}), i64({0})}); });
  EXPECT_THAT(numbers(run(ops::div, {f32({1, -1}), f32({0, 0})})), ElementsAre(kInf, -kInf));
  EXPECT_EQ(run(ops::div, {i64({}), i64({0})}).count(), 0);
}

TEST(Elementwise, ModHasTwoForms) {
  const Tensor x = i64({-4, 7, 5, 4, -7, 8}), y = i64({2, -3, 8, -2, 3, 5});
  EXPECT_THAT(integers(run(ops::mod, {x, y})), ElementsAre(0, -2, 5, 0, 2, 3));
  EXPECT_THAT(integers(run(ops::mod, {x, y}, {{"fmod", int64_t{1}}})), ElementsAre(0, 1, 5, 0, -1, 3));
  EXPECT_THAT(numbers(run(ops::mod, {f32({-4.5, 7.5}), f32({2, -3})}, {{"fmod", int64_t{1}}})),
              ElementsAre(-0.5, 1.5));
  EXPECT_THAT(integers(run(ops::mod, {of(DType::u8, {1}, {200}), of(DType::u8, {1}, {150})})),
              ElementsAre(50));
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(integers(run(ops::mod, {i64({kMin}), i64({-1})})), ElementsAre(0));
  EXPECT_THAT(numbers(run(ops::mod, {f32({-4.5, 7.5, 6, 1, -1}), f32({2, -3, 3, kInf, kInf})})),
              ElementsAre(1.5, -1.5, 0, 1, kInf));
  expectError(ErrorCode::input, "divided by zero", [] { run(ops::mod, {i64({1}), i64({0})}); });
}

TEST(Elementwise, PowMixesTypes) {
  EXPECT_THAT(numbers(run(ops::pow, {f32({1, 2, 3}), i64({4, 5, -1})})), ElementsAre(1, 32, 1.0f / 3.0f));
  EXPECT_THAT(integers(run(ops::pow, {i64({3, -2, 10}), i64({2, 3, 0})})), ElementsAre(9, -8, 1));
  EXPECT_THAT(integers(run(ops::pow, {i64({-1, -1, 1, 5}), i64({-3, -2, -9, -1})})),
              ElementsAre(-1, 1, 1, 0));
  EXPECT_THAT(integers(run(ops::pow, {of(DType::i32, {2}, {4, 9}), f32({0.5, 1.5})})), ElementsAre(2, 27));
}

TEST(Elementwise, MinAndMaxLetNanThrough) {
  const auto largest = numbers(run(ops::maxOf, {f32({1, kNan, 3, -kInf}), f32({2, 1, kNan, -5})}));
  EXPECT_EQ(largest[0], 2);
  EXPECT_TRUE(std::isnan(largest[1]));
  EXPECT_TRUE(std::isnan(largest[2]));
  EXPECT_EQ(largest[3], -5);
  EXPECT_THAT(numbers(run(ops::minOf, {f32({3, 1}), f32({2}), f32({2, 1}, {5, 0})})),
              ElementsAre(2, 1, 0, 0));
  EXPECT_THAT(numbers(run(ops::maxOf, {f32({3, 1})})), ElementsAre(3, 1));
}

TEST(Elementwise, SumAndMeanRoundOnce) {
  // In float32 the chain would lose both ones.
  EXPECT_THAT(numbers(run(ops::sumOf, {f32({1e8}), f32({3}), f32({-1e8}), f32({1})})), ElementsAre(4));
  EXPECT_THAT(numbers(run(ops::meanOf, {f32({1, 2}), f32({2}), f32({6, 5})})), ElementsAre(3, 3));
}

TEST(Elementwise, RoundsHalfToEven) {
  EXPECT_THAT(numbers(run(ops::round, {f32({0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6})})),
              ElementsAre(0, 2, 2, 0, -2, 2, -3));
  EXPECT_THAT(numbers(run(ops::floor, {f32({-1.5, 1.5})})), ElementsAre(-2, 1));
  EXPECT_THAT(numbers(run(ops::ceil, {f32({-1.5, 1.5})})), ElementsAre(-1, 2));
}

TEST(Elementwise, SignOfEveryKind) {
  const auto signs = numbers(run(ops::sign, {f32({-3, 0, -0.0, 5, kInf, -kInf, kNan})}));
  EXPECT_THAT(std::vector<double>(signs.begin(), signs.end() - 1), ElementsAre(-1, 0, 0, 1, 1, -1));
  EXPECT_TRUE(std::isnan(signs.back()));
  EXPECT_THAT(integers(run(ops::sign, {of(DType::u8, {2}, {0, 200})})), ElementsAre(0, 1));
}

TEST(Elementwise, ComparisonsAndLogic) {
  EXPECT_EQ(run(ops::less, {f32({1}), f32({2})}).type(), DType::boolean);
  EXPECT_THAT(integers(run(ops::less, {f32({1, 2, kNan}), f32({2, 2, 2})})), ElementsAre(1, 0, 0));
  EXPECT_THAT(integers(run(ops::lessOrEqual, {f32({1, 2, kNan}), f32({2, 2, 2})})), ElementsAre(1, 1, 0));
  EXPECT_THAT(integers(run(ops::greater, {i64({3, 2}), i64({2, 2})})), ElementsAre(1, 0));
  EXPECT_THAT(integers(run(ops::greaterOrEqual, {i64({3, 2}), i64({2, 2})})), ElementsAre(1, 1));
  EXPECT_THAT(integers(run(ops::equal, {f32({1, kNan, -0.0}), f32({1, kNan, 0})})), ElementsAre(1, 0, 1));
  const Tensor p = of(DType::boolean, {4}, {0, 0, 1, 1}), q = of(DType::boolean, {4}, {0, 1, 0, 1});
  EXPECT_THAT(integers(run(ops::equal, {p, q})), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(integers(run(ops::logicalAnd, {p, q})), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(integers(run(ops::logicalOr, {p, q})), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(integers(run(ops::logicalXor, {p, q})), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(integers(run(ops::logicalNot, {p})), ElementsAre(1, 1, 0, 0));
}

TEST(Elementwise, UnsignedComparesUnsigned) {
  const Tensor large = of(DType::u64, {1}, {1.5e19}), small = of(DType::u64, {1}, {1});
  EXPECT_THAT(integers(run(ops::less, {small, large})), ElementsAre(1));
  EXPECT_THAT(numbers(run(ops::maxOf, {small, large})), ElementsAre(1.5e19));
}

TEST(Elementwise, WhereKeepsTheType) {
  const Tensor chosen = run(ops::where, {of(DType::boolean, {2, 1}, {1, 0}), i64({1, 2}), i64({9})});
  EXPECT_EQ(chosen.type(), DType::i64);
  EXPECT_THAT(integers(chosen), ElementsAre(1, 2, 9, 9));
}

TEST(Elementwise, CastTruncatesWrapsAndRoundsOnce) {
  const auto cast = [](const Tensor& x, DType to) {
    return run(ops::cast, {x}, {{"to", static_cast<int64_t>(to)}});
  };
  EXPECT_THAT(integers(cast(f32({1.9, -1.9, 0.5}), DType::i32)), ElementsAre(1, -1, 0));
  EXPECT_THAT(integers(cast(i64({200, -1, 256}), DType::i8)), ElementsAre(-56, -1, 0));
  EXPECT_THAT(integers(cast(i64({-1}), DType::u8)), ElementsAre(255));
  EXPECT_THAT(integers(cast(f32({0.25, 0, -0.0, kNan}), DType::boolean)), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(numbers(cast(of(DType::boolean, {2}, {0, 1}), DType::f16)), ElementsAre(0, 1));
  // Just above a tie of float32 that double would round onto the tie.
  constexpr int64_t kAboveTie = (int64_t{1} << 60) + (int64_t{1} << 36) + 1;
  EXPECT_THAT(numbers(cast(i64({kAboveTie}), DType::f32)),
              ElementsAre(static_cast<double>(static_cast<float>(kAboveTie))));
  EXPECT_THAT(numbers(cast(of(DType::f64, {1}, {1e300}), DType::f32)), ElementsAre(kInf));
  EXPECT_EQ(run(ops::castLike, {f32({2.5}), i64({0})}).type(), DType::i64);
}

TEST(Elementwise, NanAndInfinityAreFound) {
  const Tensor x = f32({1, kNan, kInf, -kInf});
  EXPECT_THAT(integers(run(ops::isNaN, {x})), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(integers(run(ops::isInf, {x})), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(integers(run(ops::isInf, {x}, {{"detect_negative", int64_t{0}}})), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(integers(run(ops::isInf, {x}, {{"detect_positive", int64_t{0}}})), ElementsAre(0, 0, 0, 1));
}

TEST(Elementwise, SmallFloatsComputeInDoubleAndRoundOnce) {
  EXPECT_THAT(numbers(run(ops::add, {of(DType::f16, {1}, {2048}), of(DType::f16, {1}, {1})})),
              ElementsAre(2048));
  EXPECT_THAT(numbers(run(ops::sqrt, {of(DType::bf16, {1}, {2})})), ElementsAre(1.4140625));
}

}  // namespace
}  // namespace ridge::test
