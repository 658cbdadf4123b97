// How far two tensors are apart.
#include "verify/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/graph_maker.h"

namespace ridge::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

Tensor tensor(Dims dims, const Floats& values) {
  return Tensor::of(std::move(dims), std::span<const float>(values));
}

TEST(Metrics, EqualTensorsAreExact) {
  const Tensor a = tensor({2, 2}, {1, -2, 3, 4});
  const Difference d = compareTensors(a, a, 1);
  EXPECT_EQ(d.sqnrDb, Difference::kExact);
  EXPECT_EQ(d.worstChannelDb, Difference::kExact);
  EXPECT_EQ(d.maxAbs, 0);
  EXPECT_DOUBLE_EQ(d.cosine, 1);
  EXPECT_EQ(d.range, 6);
  EXPECT_EQ(d.mismatched, 0);
}

TEST(Metrics, KnownNumbers) {
  const Difference d = compareTensors(tensor({4}, {1, 2, 3, 5}), tensor({4}, {1, 2, 3, 4}), {});
  EXPECT_EQ(d.maxAbs, 1);
  EXPECT_EQ(d.maxRel, 0.25);
  EXPECT_EQ(d.rms, 0.5);
  EXPECT_NEAR(d.sqnrDb, 10 * std::log10(30.0 / 1.0), 1e-9);
  EXPECT_NEAR(d.cosine, 34 / std::sqrt(39.0 * 30.0), 1e-12);
}

TEST(Metrics, TheWorstChannelIsNamed) {
  Floats want(2 * 3 * 4, 1), got = want;
  got[4 + 2] = 1.5F;       // batch 0, channel 1
  got[12 + 2 * 4] = 1.1F;  // batch 1, channel 2
  const Difference d = compareTensors(tensor({2, 3, 4}, got), tensor({2, 3, 4}, want), 1);
  EXPECT_EQ(d.worstChannel, 1);
  EXPECT_NEAR(d.worstChannelDb, 10 * std::log10(8 / 0.25), 1e-4);
  EXPECT_GT(d.sqnrDb, d.worstChannelDb);
}

TEST(Metrics, ADeadChannelIsJudgedAgainstTheWholeTensor) {
  // Channel 0 is silent but for a rounding error; channel 1 carries the signal.
  const Tensor want = tensor({1, 2, 2}, {0, 0, 100, 100}), got = tensor({1, 2, 2}, {1e-6F, 0, 100, 100});
  const Difference d = compareTensors(got, want, 1);
  EXPECT_EQ(d.worstChannel, 0);
  EXPECT_GT(d.worstChannelDb, 100);
  // An error as large as the signal elsewhere is one all the same.
  EXPECT_LT(compareTensors(tensor({1, 2, 2}, {50, 0, 100, 100}), want, 1).worstChannelDb, 20);
}

TEST(Metrics, ASilentTensorWithAnErrorHasNoSignal) {
  const Difference d = compareTensors(tensor({2}, {0, 1}), tensor({2}, {0, 0}), {});
  EXPECT_EQ(d.sqnrDb, -Difference::kExact);
  EXPECT_EQ(d.cosine, 0);
  EXPECT_EQ(compareTensors(tensor({2}, {0, 0}), tensor({2}, {0, 0}), {}).cosine, 1);
}

TEST(Metrics, EqualNanAndInfinitiesMatchAndAreCounted) {
  const Tensor a = tensor({4}, {kNan, kInf, -kInf, 1});
  const Difference d = compareTensors(a, a, {});
  EXPECT_EQ(d.mismatched, 0);
  EXPECT_EQ(d.equalNotFinite, 3);
  EXPECT_EQ(d.sqnrDb, Difference::kExact);
}

TEST(Metrics, OtherNanAndInfinitiesAreMismatches) {
  const Tensor want = tensor({5}, {kNan, kInf, 1, 2, kInf}), got = tensor({5}, {1, -kInf, kNan, kInf, kNan});
  const Difference d = compareTensors(got, want, {});
  EXPECT_EQ(d.mismatched, 5);
  EXPECT_EQ(d.equalNotFinite, 0);
}

TEST(Metrics, IntegersAreEqualOrNot) {
  GraphMaker m;
  const auto ints = [](const Ints& values) {
    return Tensor::of({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values));
  };
  EXPECT_EQ(compareTensors(ints({1, 2, 3}), ints({1, 2, 3}), 0).mismatched, 0);
  EXPECT_EQ(compareTensors(ints({1, 2, 3}), ints({1, 5, 4}), 0).mismatched, 2);
}

TEST(Metrics, EmptyAndScalarTensors) {
  const Tensor empty = tensor({0, 3}, {});
  EXPECT_EQ(compareTensors(empty, empty, 1).sqnrDb, Difference::kExact);
  EXPECT_EQ(compareTensors(Tensor::scalar(2.0F), Tensor::scalar(2.0F), {}).range, 0);
  EXPECT_EQ(defaultChannelAxis(Tensor::scalar(2.0F)), std::nullopt);
  EXPECT_EQ(defaultChannelAxis(tensor({3}, {1, 2, 3})), 0U);
  EXPECT_EQ(defaultChannelAxis(tensor({1, 3}, {1, 2, 3})), 1U);
}

}  // namespace
}  // namespace ridge::test
