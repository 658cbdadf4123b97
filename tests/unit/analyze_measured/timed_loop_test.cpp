#include "analyze/machine/timed_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace ridge::analyze {
namespace {

constexpr int64_t kMillisecond = 1'000'000, kMicrosecond = 1'000;

/// A clock that stands still unless a loop's body says how long it took.
int64_t now = 0;

int64_t readNow() {
  return now;
}

TimedLoop timed(MachineLoop loop) {
  return TimedLoop(std::move(loop), readNow);
}

TEST(Sample, IsBestAndMedian) {
  const Sample sample = sampleOf({3, 1, 4, 2, 5});
  EXPECT_EQ(sample.best, 5);
  EXPECT_EQ(sample.median, 3);
  EXPECT_DOUBLE_EQ(sample.spread(), 0.4);
  EXPECT_EQ(sampleOf({}).best, 0);
  EXPECT_EQ(sampleOf({}).spread(), 0);
  EXPECT_EQ(sampleOf({7}).spread(), 0);
}

TEST(TimedLoop, RateIsWorkOverTime) {
  TimedLoop loop = timed({[](int64_t repeats) { now += repeats * 4 * kMillisecond; }, 8});
  loop.runFor(0.02);
  EXPECT_DOUBLE_EQ(loop.sample().best, 8 / 0.004);
  EXPECT_DOUBLE_EQ(loop.sample().median, 8 / 0.004);
}

TEST(TimedLoop, RunsTakeAboutAMillisecond) {
  int64_t last = 0;
  TimedLoop loop = timed({[&](int64_t repeats) { now += (last = repeats) * 3 * kMicrosecond; }, 1});
  loop.runFor(0.01);
  EXPECT_EQ(last, 333);
  EXPECT_NEAR(loop.sample().best, 1 / 3e-6, 1);
}

TEST(TimedLoop, RunsAtLeastTwice) {
  int runs = 0;
  TimedLoop loop = timed({[&](int64_t) {
                            ++runs;
                            now += 20 * kMillisecond;
                          },
                          1});
  loop.runFor(0);
  EXPECT_EQ(runs, 3);  // one chose the repeats
}

// A first run that was interrupted must not make all others too short.
TEST(TimedLoop, RepeatsGrowWhenRunsAreShort) {
  int64_t most = 0;
  int runs = 0;
  TimedLoop loop = timed({[&](int64_t repeats) {
                            most = std::max(most, repeats);
                            now += ++runs <= 4 ? 2 * kMillisecond : repeats * 100 * kMicrosecond;
                          },
                          1});
  loop.runFor(0.01);
  EXPECT_EQ(most, 8);  // 0.8 ms; of 4 repeats 0.4 ms are too short
  EXPECT_DOUBLE_EQ(loop.sample().best, 1e4);
}

TEST(TimedLoop, EveryStretchIsPreparedAndThatIsNotTimed) {
  int prepared = 0, runs = 0;
  TimedLoop loop = timed({[&](int64_t repeats) {
                            ++runs;
                            now += repeats * 2 * kMillisecond;
                          },
                          1,
                          [&] {
                            ++prepared;
                            now += 200 * kMillisecond;
                          }});
  loop.runFor(0.009);
  EXPECT_EQ(prepared, 1);
  EXPECT_EQ(runs, 1 + 3 + 5);  // 2 ms: four tries choose the repeats, five fill the time
  loop.runFor(0.009);
  EXPECT_EQ(prepared, 2);
  EXPECT_EQ(runs, 9 + 5);
  EXPECT_DOUBLE_EQ(loop.sample().best, 1 / 0.002);
}

TEST(TimedLoop, InterruptedRunsLeaveTimeForOthers) {
  int runs = 0;
  TimedLoop loop = timed({[&](int64_t) { now += (++runs % 2 == 0 ? 12 : 1) * kMillisecond; }, 1});
  loop.runFor(0.06);
  EXPECT_GE(runs, 24);  // 14 when each counts what it took, with those that choose the repeats
}

TEST(TimedLoop, ABodyThatDoesNothingEnds) {
  TimedLoop loop = timed({[](int64_t) {}, 1});
  loop.runFor(0);
  EXPECT_TRUE(std::isfinite(loop.sample().best));
  EXPECT_GT(loop.sample().best, 0);
}

TEST(TimedLoop, TheUsualClockGoesForward) {
  int64_t runs = 0;
  TimedLoop loop({[&](int64_t repeats) { runs += repeats; }, 1});
  loop.runFor(0);
  EXPECT_GT(runs, 1);
  EXPECT_TRUE(std::isfinite(loop.sample().best));
}

}  // namespace
}  // namespace ridge::analyze
