#include "analyze/machine/timed_loop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

namespace ridge::analyze {
namespace {

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
  using std::chrono::milliseconds;
  TimedLoop loop({[](int64_t repeats) { std::this_thread::sleep_for(repeats * milliseconds(4)); }, 8});
  loop.runFor(0.02);
  EXPECT_LE(loop.sample().best, 8 / 0.004);
  EXPECT_GT(loop.sample().best, 8 / 4.0);  // a thousand times slower: not seen on any machine
}

TEST(TimedLoop, RunsAtLeastTwice) {
  int runs = 0;
  TimedLoop loop({[&](int64_t) {
                    ++runs;
                    std::this_thread::sleep_for(std::chrono::milliseconds(20));
                  },
                  1});
  loop.runFor(0);
  EXPECT_GE(runs, 3);  // one chose the repeats
}

// A first run that was interrupted must not make all others too short.
TEST(TimedLoop, RepeatsGrowWhenRunsAreShort) {
  using std::chrono::microseconds;
  int64_t most = 0;
  int runs = 0;
  TimedLoop loop({[&](int64_t repeats) {
                    most = std::max(most, repeats);
                    std::this_thread::sleep_for(++runs <= 4 ? microseconds(2000)
                                                            : repeats * microseconds(100));
                  },
                  1});
  loop.runFor(0.01);
  EXPECT_GE(most, 2);
}

TEST(TimedLoop, EveryStretchIsPreparedAndThatIsNotTimed) {
  using std::chrono::milliseconds;
  int prepared = 0;
  TimedLoop loop({[](int64_t repeats) { std::this_thread::sleep_for(repeats * milliseconds(2)); }, 1,
                  [&] {
                    ++prepared;
                    std::this_thread::sleep_for(milliseconds(200));
                  }});
  loop.runFor(0.01);
  EXPECT_EQ(prepared, 1);
  loop.runFor(0.01);
  EXPECT_EQ(prepared, 2);
  EXPECT_GT(loop.sample().best, 1 / 0.1);
}

TEST(TimedLoop, InterruptedRunsLeaveTimeForOthers) {
  int runs = 0;
  TimedLoop loop(
      {[&](int64_t) { std::this_thread::sleep_for(std::chrono::milliseconds(++runs % 2 == 0 ? 12 : 1)); },
       1});
  loop.runFor(0.06);
  EXPECT_GE(runs, 16);  // 10 when each counts what it took, with those that choose the repeats
}

TEST(TimedLoop, ABodyThatDoesNothingEnds) {
  TimedLoop loop({[](int64_t) {}, 1});
  loop.runFor(0);
  EXPECT_TRUE(std::isfinite(loop.sample().best));
  EXPECT_GT(loop.sample().best, 0);
}

}  // namespace
}  // namespace ridge::analyze
