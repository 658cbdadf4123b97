#include "analyze/residence.h"

#include <gtest/gtest.h>

namespace ridge::test {
namespace {

using namespace analyze;

ArraySpec bytesAt(Space space, int32_t index, uint64_t offset, int64_t bytes) {
  return {DType::u8, {bytes}, {1}, {space, index, offset}};
}

void add(Plan& plan, std::vector<ArraySpec> in, std::vector<ArraySpec> packed, std::vector<ArraySpec> out) {
  Step& step = plan.steps.emplace_back();
  step.kernel.in = std::move(in);
  step.kernel.packed = std::move(packed);
  step.kernel.out = std::move(out);
}

LayerCost costOf(int64_t weights, int64_t input, int64_t output) {
  LayerCost cost;
  cost.weightBytes = weights;
  cost.inputBytes = input;
  cost.outputBytes = output;
  return cost;
}

/// input -> (640 bytes of weights) -> a -> (64 bytes of weights) -> b -> output; 1216 bytes in all.
class Residence : public testing::Test {
 protected:
  Residence() {
    const ArraySpec a = bytesAt(Space::arena, 0, 0, 128), b = bytesAt(Space::arena, 0, 128, 128);
    add(plan, {bytesAt(Space::input, 0, 0, 128)}, {bytesAt(Space::weights, 0, 0, 640)}, {a});
    add(plan, {a, bytesAt(Space::weights, 1, 0, 64)}, {}, {b});
    add(plan, {b}, {}, {bytesAt(Space::output, 0, 0, 128)});
  }

  Plan plan;
  std::vector<LayerCost> costs{costOf(640, 128, 128), costOf(64, 128, 128), costOf(0, 128, 128)};
};

TEST_F(Residence, BytesAreInTheFirstCacheThatHoldsAllTouchedSince) {
  const std::vector<MemoryLevel> caches{{"L1", 128, 1}, {"L2", 1215, 1}};
  const std::vector<BytesByMemory> expected{{128, 0, 768}, {256, 0, 64}, {128, 0, 128}};
  EXPECT_EQ(residencesOf(plan, costs, caches), expected);
}

TEST_F(Residence, WhatAnExecutionLeavesIsThereInTheNext) {
  const std::vector<MemoryLevel> caches{{"L1", 128, 1}, {"L2", 1216, 1}};
  const std::vector<BytesByMemory> expected{{128, 768, 0}, {256, 64, 0}, {128, 128, 0}};
  EXPECT_EQ(residencesOf(plan, costs, caches), expected);
}

TEST_F(Residence, AllIsInMainMemoryWithoutCaches) {
  EXPECT_EQ(residencesOf(plan, costs, {}), (std::vector<BytesByMemory>{{896}, {320}, {256}}));
}

TEST_F(Residence, SumsAreThoseOfTheCosts) {
  costs[0] = costOf(320, 64, 256);  // as if stored in other types than the arrays
  const std::vector<MemoryLevel> caches{{"L1", 128, 1}};
  EXPECT_EQ(residencesOf(plan, costs, caches)[0], (BytesByMemory{256, 384}));
}

TEST_F(Residence, ATableOfWhichRowsArePickedDoesNotFillTheCache) {
  costs[0] = costOf(0, 128, 128);
  // 128 of 768 bytes are read: three lines. Then 640 are touched in all.
  const std::vector<MemoryLevel> caches{{"L1", 640, 1}};
  EXPECT_EQ(residencesOf(plan, costs, caches)[0], (BytesByMemory{256, 0}));
}

TEST_F(Residence, WhatCostsNothingTouchesNothing) {
  costs[0] = costOf(0, 0, 128);  // its operand is at the very beginning of a memory
  const std::vector<MemoryLevel> caches{{"L1", 1 << 20, 1}};
  EXPECT_EQ(residencesOf(plan, costs, caches)[0], (BytesByMemory{128, 0}));
}

TEST_F(Residence, AnArrayThatIsTwoOperandsIsReadOnce) {
  const ArraySpec large = bytesAt(Space::weights, 2, 0, 1280);
  plan.steps[2].kernel.in = {large, large};
  costs[2] = costOf(1280, 0, 128);
  const std::vector<MemoryLevel> caches{{"L1", 1280, 1}};
  EXPECT_EQ(residencesOf(plan, costs, caches)[2], (BytesByMemory{0, 1408})) << "not found by its second use";
}

TEST_F(Residence, PlacesFarApartTakeNoMemoryBetweenThem) {
  plan.steps[1].kernel.in.back().at.offset = uint64_t{1} << 50;
  const std::vector<MemoryLevel> caches{{"L1", 128, 1}};
  EXPECT_EQ(residencesOf(plan, costs, caches)[1], (BytesByMemory{256, 64}));
}

TEST_F(Residence, AStepWithoutArraysReadsFromMainMemory) {
  plan.steps[1] = {};
  const std::vector<MemoryLevel> caches{{"L1", 1 << 20, 1}};
  EXPECT_EQ(residencesOf(plan, costs, caches)[1], (BytesByMemory{0, 320}));
}

TEST(ResidenceFloor, TheSlowestMemoryLimits) {
  Roof roof;
  roof.peakOpsPerS = 100;
  roof.bandwidthBytesPerS = 10;
  roof.caches = {{"L1", 100, 80}, {"L2", 1000, 40}};
  LayerCost layer = costOf(0, 400, 0);
  layer.flops = 100;
  // L1 moves all 400, L2 the 200 that are no nearer, main memory 20.
  Floor floor = floorOf(layer, roof, {200, 180, 20});
  EXPECT_DOUBLE_EQ(floor.seconds, 5);
  EXPECT_EQ(floor.cache, "L2") << "the outer one where two take as long";
  floor = floorOf(layer, roof, {0, 200, 200});
  EXPECT_DOUBLE_EQ(floor.seconds, 20);
  EXPECT_EQ(floor.cache, "");
  EXPECT_EQ(floor.bound, Bound::memory);
  layer.flops = 10000;
  EXPECT_EQ(floorOf(layer, roof, {0, 200, 200}).bound, Bound::compute);
  EXPECT_DOUBLE_EQ(floorOf(layer, roof, {0, 200, 200}).seconds, 100);
}

}  // namespace
}  // namespace ridge::test
