#include "analyze/profile/layers.h"

#include <gtest/gtest.h>

namespace ridge::test {
namespace {

using namespace analyze;

LayerCost costOf(int64_t flops, int64_t bytes, int depth = 0) {
  LayerCost cost;
  cost.flops = flops;
  cost.macs = flops / 2;
  cost.inputBytes = bytes;
  cost.depth = depth;
  return cost;
}

Timing timingOfSteps(std::vector<double> seconds) {
  Timing timing;
  for (const double time : seconds) timing.steps.push_back({time / 2, time, time});
  timing.gaps.resize(seconds.size() + 1);
  return timing;
}

Roof roofOf(Precision precision) {
  Roof roof;
  roof.precision = precision;
  roof.peakOpsPerS = precision == Precision::int8 ? 400 : 100;
  roof.bandwidthBytesPerS = 10;
  return roof;
}

TEST(Layers, GapIsTheTimeOverTheFloor) {
  Plan plan;
  plan.steps.resize(3);
  const std::vector<LayerCost> costs{costOf(200, 1), costOf(10, 30), costOf(0, 10)};
  const auto layers = layerProfiles(plan, timingOfSteps({5, 4, 0.5}), costs, roofOf);
  EXPECT_EQ(layers[0].floor.bound, Bound::compute);
  EXPECT_DOUBLE_EQ(layers[0].gap, 3);
  EXPECT_DOUBLE_EQ(layers[0].roofShare, 0.4);
  EXPECT_DOUBLE_EQ(layers[0].opsPerS, 40);
  EXPECT_EQ(layers[1].floor.bound, Bound::memory);
  EXPECT_DOUBLE_EQ(layers[1].gap, 1);
  EXPECT_DOUBLE_EQ(layers[1].bytesPerS, 7.5);
  EXPECT_EQ(layers[2].floor.bound, Bound::none);
  EXPECT_DOUBLE_EQ(layers[2].gap, 0) << "caches may be faster than the floor's memory";
  EXPECT_DOUBLE_EQ(layers[2].roofShare, 2);
  EXPECT_DOUBLE_EQ(layers[0].share, 5 / 9.5);
}

TEST(Layers, EachPrecisionHasItsRoof) {
  Plan plan;
  plan.steps.resize(1);
  plan.steps[0].macs = 100;
  plan.steps[0].kernel.in.push_back({DType::i8, {1}, {1}, {Space::arena, 0, 0}});
  const std::vector<LayerCost> costs{costOf(400, 1)};
  const auto layers = layerProfiles(plan, timingOfSteps({2}), costs, roofOf);
  EXPECT_EQ(layers[0].precision, Precision::int8);
  EXPECT_DOUBLE_EQ(layers[0].roofShare, 0.5);
}

TEST(Layers, WithoutCostsTheTimesAreThere) {
  Plan plan;
  plan.steps.resize(1);
  plan.steps[0].name = "conv";
  const auto layers = layerProfiles(plan, timingOfSteps({2}), {}, roofOf);
  EXPECT_EQ(layers[0].cost.name, "conv");
  EXPECT_FALSE(layers[0].cost.known);
  EXPECT_EQ(layers[0].gap, 0);
  EXPECT_EQ(layers[0].time.usual, 2);
}

TEST(Layers, BodiesCountWithTheStepThatRunsThem) {
  Plan plan;
  plan.steps.resize(3);
  plan.steps[0].control = Control{.loops = true, .iterations = 7};
  plan.steps[1].control = Control{};
  const std::vector<LayerCost> costs{costOf(0, 5), costOf(10, 1, 1), costOf(4, 1, 1),
                                     costOf(0, 5), costOf(99, 1, 1), costOf(8, 5)};
  const auto steps = stepCosts(plan, costs);
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].flops, 98);
  EXPECT_TRUE(steps[0].known);
  EXPECT_EQ(steps[1].flops, 0);
  EXPECT_FALSE(steps[1].known) << "which branch runs shows later";
  EXPECT_EQ(steps[2].flops, 8);
}

TEST(Layers, TheWorkListBeginsWithTheLargestGap) {
  std::vector<LayerProfile> layers(3);
  layers[0].gap = 1, layers[0].time.usual = 9;
  layers[1].gap = 3, layers[1].time.usual = 3;
  layers[2].gap = 2, layers[2].time.usual = 4;
  EXPECT_EQ(sortedLayers(layers, LayerOrder::gap), (std::vector<size_t>{1, 2, 0}));
  EXPECT_EQ(sortedLayers(layers, LayerOrder::time), (std::vector<size_t>{0, 2, 1}));
  EXPECT_EQ(sortedLayers(layers, LayerOrder::plan), (std::vector<size_t>{0, 1, 2}));
}

}  // namespace
}  // namespace ridge::test
