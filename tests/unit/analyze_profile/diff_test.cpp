#include "analyze/profile/diff.h"

#include <gtest/gtest.h>

namespace ridge::test {
namespace {

using namespace analyze;

ComparedLayer layer(std::string name, double ms, std::vector<std::string> members = {},
                    std::vector<std::string> origins = {}) {
  return {std::move(name), "cpu.conv", "fp32", {"Conv"}, std::move(members), std::move(origins), ms};
}

TEST(Diff, MatchesByNameThenMembersThenOrigins) {
  const std::vector<ComparedLayer> a{layer("x", 1, {"m1"}), layer("y", 1, {"m2"}), layer("z", 1, {}, {"o"})};
  const std::vector<ComparedLayer> b{layer("other", 1, {"m2", "m1"}), layer("x", 1),
                                     layer("w", 1, {}, {"o"})};
  const LayerDiff diff = diffLayers(a, b);
  ASSERT_EQ(diff.pairs.size(), 3u);
  for (const LayerPair& pair : diff.pairs) EXPECT_EQ(pair.b, pair.a == 0 ? 1u : pair.a == 1 ? 0u : 2u);
  EXPECT_TRUE(diff.onlyA.empty() && diff.onlyB.empty());
}

TEST(Diff, APartnerIsTakenOnce) {
  const std::vector<ComparedLayer> a{layer("x", 1), layer("x", 1), layer("x", 1)};
  const std::vector<ComparedLayer> b{layer("x", 1), layer("x", 1), layer("new", 1)};
  const LayerDiff diff = diffLayers(a, b);
  ASSERT_EQ(diff.pairs.size(), 2u);
  EXPECT_EQ(diff.pairs[0].b, 0u);
  EXPECT_EQ(diff.pairs[1].b, 1u);
  EXPECT_EQ(diff.onlyA, (std::vector<size_t>{2}));
  EXPECT_EQ(diff.onlyB, (std::vector<size_t>{2}));
}

TEST(Diff, TheWorstRegressionIsFirst) {
  const std::vector<ComparedLayer> a{layer("p", 1), layer("q", 10), layer("r", 4)};
  const std::vector<ComparedLayer> b{layer("p", 3), layer("q", 15), layer("r", 1)};
  const LayerDiff diff = diffLayers(a, b);
  ASSERT_EQ(diff.pairs.size(), 3u);
  EXPECT_EQ(diff.pairs[0].a, 1u);
  EXPECT_DOUBLE_EQ(diff.pairs[0].lostMs, 5);
  EXPECT_DOUBLE_EQ(*diff.pairs[1].ratio, 3);
  EXPECT_DOUBLE_EQ(diff.pairs[2].lostMs, -3);
}

TEST(Diff, ChangesAreSeen) {
  std::vector<ComparedLayer> a{layer("p", 0), layer("q", 1)}, b = a;
  b[0].kernel = "cpu.winograd";
  b[1].precision = "int8";
  b[1].ms.reset();
  const LayerDiff diff = diffLayers(a, b);
  EXPECT_TRUE(diff.pairs[0].kernelChanged);
  EXPECT_FALSE(diff.pairs[0].precisionChanged);
  EXPECT_FALSE(diff.pairs[0].ratio) << "nothing is no base";
  EXPECT_TRUE(diff.pairs[1].precisionChanged);
  EXPECT_FALSE(diff.pairs[1].ratio);
}

}  // namespace
}  // namespace ridge::test
