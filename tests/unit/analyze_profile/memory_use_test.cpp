#include "analyze/memory_use.h"

#include <gtest/gtest.h>

#include "api/load.h"
#include "plan/format.h"
#include "support/control_network.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

using analyze::memoryOverTime;
using Bytes = std::vector<uint64_t>;

/// Plans made by hand: arrays of bytes in arenas, steps that read and write them.
class PlanMaker {
 public:
  int32_t array(uint64_t offset, int64_t bytes, int32_t memory = 0) {
    return add({DType::u8, {bytes}, {1}, {Space::arena, memory, offset}});
  }
  /// `rows` rows of `row` bytes, `pitch` apart.
  int32_t slice(uint64_t offset, int64_t rows, int64_t row, int64_t pitch) {
    return add({DType::u8, {rows, row}, {pitch, 1}, {Space::arena, 0, offset}});
  }
  int32_t input() { return add({DType::u8, {1000}, {1}, {Space::input, 0, 0}}); }
  void step(std::vector<int32_t> reads, std::vector<int32_t> writes) {
    Step& step = plan.steps.emplace_back();
    for (const int32_t at : reads) step.kernel.in.push_back(plan.arrays[static_cast<size_t>(at)].array);
    for (const int32_t at : writes) step.kernel.out.push_back(plan.arrays[static_cast<size_t>(at)].array);
    step.reads = std::move(reads);
    step.writes = std::move(writes);
  }
  Bytes alive() const { return memoryOverTime(plan).alive; }

  Plan plan;

 private:
  int32_t add(ArraySpec spec) {
    plan.arrays.push_back({0, std::move(spec)});
    return static_cast<int32_t>(plan.arrays.size()) - 1;
  }
};

TEST(MemoryUse, AnArrayLivesFromItsWriteToItsLastRead) {
  PlanMaker m;
  const int32_t in = m.input(), a = m.array(0, 100), b = m.array(128, 50), c = m.array(192, 10);
  m.step({in}, {a});
  m.step({a}, {b});
  m.step({b}, {c});
  m.step({a, c}, {b});
  EXPECT_EQ(m.alive(), (Bytes{100, 150, 160, 160}));
  EXPECT_EQ(memoryOverTime(m.plan).peak, 160u);
}

TEST(MemoryUse, APlaceThatIsTakenOverCountsOnce) {
  PlanMaker m;
  const int32_t a = m.array(0, 100), inPlace = m.array(0, 100), later = m.array(0, 40);
  m.step({}, {a});
  m.step({a}, {inPlace});
  m.step({inPlace}, {});
  m.step({}, {later});
  m.step({later}, {});
  EXPECT_EQ(m.alive(), (Bytes{100, 100, 100, 40, 40}));
}

TEST(MemoryUse, PartsOfAConcatAreAliveUntilTheWholeIsRead) {
  PlanMaker m;
  const int32_t left = m.array(0, 60), right = m.array(60, 40), whole = m.array(0, 100),
                other = m.array(100, 5);
  m.step({}, {left});
  m.step({}, {other});
  m.step({other}, {right});
  m.step({whole}, {other});
  EXPECT_EQ(m.alive(), (Bytes{60, 65, 105, 105}));
}

TEST(MemoryUse, SlicesThatInterleaveKeepTheirOwnLifetimes) {
  PlanMaker m;
  // Two channels-last parts of four rows of ten: the first is read again after the second was written.
  const int32_t left = m.slice(0, 4, 6, 10), right = m.slice(6, 4, 4, 10), whole = m.array(0, 40);
  m.step({}, {left});
  m.step({}, {right});
  m.step({left}, {});
  m.step({whole}, {});
  m.step({}, {});
  EXPECT_EQ(m.alive(), (Bytes{36, 40, 40, 40, 0}));
}

TEST(MemoryUse, WhatNobodyReadsIsAliveWhileItIsWritten) {
  PlanMaker m;
  m.step({}, {m.array(0, 30)});
  m.step({}, {});
  EXPECT_EQ(m.alive(), (Bytes{30, 0}));
}

TEST(MemoryUse, MemoriesAddUp) {
  PlanMaker m;
  const int32_t host = m.array(0, 30), device = m.array(0, 70, 1);
  m.step({}, {host});
  m.step({host}, {device});
  EXPECT_EQ(m.alive(), (Bytes{30, 100}));
}

TEST(MemoryUse, AnOutputInAnArenaIsNeededToTheEnd) {
  PlanMaker m;
  const int32_t out = m.array(0, 30);
  m.step({}, {out});
  m.step({}, {m.array(64, 8)});
  m.plan.outputs.push_back({"y", out});
  EXPECT_EQ(m.alive(), (Bytes{30, 38}));
}

TEST(MemoryUse, BodiesComeOnTop) {
  PlanMaker inner;
  inner.step({}, {inner.array(0, 77)});
  PlanMaker m;
  m.step({}, {m.array(0, 3)});
  m.plan.steps.front().bodies = {Plan{}, inner.plan};
  EXPECT_EQ(m.alive(), (Bytes{80}));
}

TEST(MemoryUse, NoPlanNeedsMoreThanItsArena) {
  const auto result = buildTour();
  const Plan& plan = result.data.plans.front();
  const auto use = memoryOverTime(plan);
  ASSERT_EQ(use.alive.size(), plan.steps.size());
  EXPECT_LE(use.peak, plan.arenaBytes);
  EXPECT_GT(use.peak, plan.arenaBytes / 2);
}

}  // namespace
}  // namespace ridge::test
