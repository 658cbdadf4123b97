// The random ops: what is drawn hangs on op, seed and element alone, and has the distribution asked for.
#include "ops/random/random.h"

#include <cmath>

#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr int64_t kMany = 40000;

struct Moments {
  double mean = 0, deviation = 0;
};

Moments momentsOf(const std::vector<double>& values) {
  Moments m;
  for (double x : values) m.mean += x / static_cast<double>(values.size());
  for (double x : values) m.deviation += (x - m.mean) * (x - m.mean) / static_cast<double>(values.size());
  m.deviation = std::sqrt(m.deviation);
  return m;
}

std::vector<double> drawn(const Op& op, AttributeList attributes, std::vector<int64_t> shape = {kMany}) {
  attributes.emplace_back("shape", std::move(shape));
  return numbers(run(op, {}, attributes));
}

// Known answers of the published generator.
TEST(Random, PhiloxIsPhilox) {
  EXPECT_THAT(ops::philox({0, 0, 0, 0}, {0, 0}), ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  EXPECT_THAT(ops::philox({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  EXPECT_THAT(ops::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(Random, UniformsFillTheirRange) {
  const auto values = drawn(ops::randomUniform, {{"low", -1.0f}, {"high", 3.0f}});
  const Moments m = momentsOf(values);
  EXPECT_NEAR(m.mean, 1.0, 0.03);
  EXPECT_NEAR(m.deviation, 4.0 / std::sqrt(12.0), 0.03);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*least, -1.0);
  EXPECT_LT(*least, -0.99);
  EXPECT_GT(*most, 2.99);
  EXPECT_LE(*most, 3.0);
}

TEST(Random, NormalsHaveTheirMoments) {
  const auto values = drawn(ops::randomNormal, {{"mean", 5.0f}, {"scale", 2.0f}, {"seed", 1.5f}});
  const Moments m = momentsOf(values);
  EXPECT_NEAR(m.mean, 5.0, 0.05);
  EXPECT_NEAR(m.deviation, 2.0, 0.05);
  const auto beyond = std::count_if(values.begin(), values.end(), [](double x) { return x > 9.0; });
  EXPECT_NEAR(static_cast<double>(beyond) / kMany, 0.02275, 0.004);
}

TEST(Random, SeedAndOpDecide) {
  const auto first = drawn(ops::randomUniform, {{"seed", 1.0f}});
  EXPECT_EQ(first, drawn(ops::randomUniform, {{"seed", 1.0f}}));
  EXPECT_EQ(first, drawn(ops::randomUniform, {{"seed", 1.0f}}, {200, 200}));
  EXPECT_NE(first, drawn(ops::randomUniform, {{"seed", 2.0f}}));
  EXPECT_NE(first, drawn(ops::randomNormal, {{"seed", 1.0f}}));
  EXPECT_NE(ops::seedFromName("a"), ops::seedFromName("b"));
}

TEST(Random, LikeTakesShapeAndType) {
  const Tensor like = run(ops::randomNormalLike, {iota({3, 2}, DType::f16)});
  EXPECT_EQ(like.type(), DType::f16);
  EXPECT_EQ(like.dims(), (Dims{3, 2}));
  const Tensor stated = run(ops::randomUniformLike, {iota({0, 2}, DType::i64)}, {{"dtype", int64_t{11}}});
  EXPECT_EQ(stated.type(), DType::f64);
  EXPECT_EQ(stated.dims(), (Dims{0, 2}));
  expectError(ErrorCode::input, "cannot be drawn", [] { run(ops::randomUniformLike, {i64({1})}); });
}

TEST(Random, BernoulliFollowsItsProbabilities) {
  std::vector<double> p(kMany, 0.25);
  p[0] = 0.0, p[1] = 1.0;
  const auto values = numbers(run(ops::bernoulli, {f32(p)}, {{"dtype", int64_t{9}}}));
  EXPECT_NEAR(momentsOf(values).mean, 0.25, 0.01);
  const std::vector<double> never(1000, 0.0), always(1000, 1.0);
  EXPECT_EQ(numbers(run(ops::bernoulli, {f32(never)})), never);
  EXPECT_EQ(numbers(run(ops::bernoulli, {f32(always)})), always);
}

TEST(Random, MultinomialFollowsItsLogarithms) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor logits = f32({2, 3}, {1000 + std::log(3.0), 1000, -inf, -inf, -inf, 0});
  const Tensor out = run(ops::multinomial, {logits}, {{"sample_size", kMany}, {"dtype", int64_t{7}}});
  EXPECT_EQ(out.dims(), (Dims{2, kMany}));
  const std::vector<int64_t> classes = integers(out);
  const auto half = classes.begin() + kMany;
  EXPECT_NEAR(static_cast<double>(std::count(classes.begin(), half, 0)) / kMany, 0.75, 0.01);
  EXPECT_EQ(std::count(classes.begin(), half, 2), 0);
  EXPECT_EQ(std::count(half, classes.end(), 2), kMany);
  expectError(ErrorCode::input, "no class", [&] { run(ops::multinomial, {f32({1, 2}, {-inf, -inf})}); });
  expectError(ErrorCode::input, "no classes", [] { run(ops::multinomial, {f32({1, 0}, {})}); });
}

}  // namespace
}  // namespace ridge::test
