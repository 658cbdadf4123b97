#include "analyze/profile/timing.h"

#include <gtest/gtest.h>

#include "api/load.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

using namespace analyze;

/// One step of 100 ns and one of 50, gaps of 10, 20 and 30; each reading of the clock takes 5 on top.
WatchedRun watchedRun(int64_t extra = 0) {
  WatchedRun run;
  run.begin = 1000;
  run.stamps = {1015, 1120 + extra, 1145 + extra, 1200 + extra};
  run.end = 1235 + extra;
  return run;
}

Recording recordingOf(int runs) {
  Recording recording;
  recording.clockNs = 5;
  for (int run = 0; run < runs; ++run) {
    recording.watched.push_back(watchedRun());
    recording.plain.push_back({0, 215});
  }
  return recording;
}

TEST(Timing, TheClockIsSubtracted) {
  const Timing timing = timingOf(recordingOf(6));
  ASSERT_EQ(timing.steps.size(), 2u);
  EXPECT_NEAR(timing.steps[0].usual, 100e-9, 1e-15);
  EXPECT_NEAR(timing.steps[1].usual, 50e-9, 1e-15);
  ASSERT_EQ(timing.gaps.size(), 3u);
  EXPECT_NEAR(timing.gaps[0], 10e-9, 1e-15);
  EXPECT_NEAR(timing.gaps[1], 20e-9, 1e-15);
  EXPECT_NEAR(timing.gaps[2], 30e-9, 1e-15);
  EXPECT_NEAR(timing.regions(), 150e-9, 1e-15);
  EXPECT_NEAR(timing.between(), 60e-9, 1e-15);
  EXPECT_NEAR(timing.latency, 210e-9, 1e-15);
  EXPECT_NEAR(timing.accounted(), 1, 1e-6);
  EXPECT_NEAR(timing.overhead, 20e-9, 1e-15);  // four readings of the clock
}

TEST(Timing, DisturbedExecutionsDoNotCount) {
  Recording recording = recordingOf(6);
  for (int run = 0; run < 20; ++run) {
    recording.watched.push_back(watchedRun(900));
    recording.watched.back().disturbed = true;
    recording.plain.push_back({0, 3000, true});
  }
  const Timing timing = timingOf(recording);
  EXPECT_TRUE(timing.undisturbed);
  EXPECT_EQ(timing.used, 5u);
  EXPECT_EQ(timing.runs, 26u);
  EXPECT_NEAR(timing.steps[0].usual, 100e-9, 1e-15);
  EXPECT_NEAR(timing.accounted(), 1, 1e-6);
}

/// In every execution something interrupts one step, each time another.
TEST(Timing, InterruptionsAreInTheSumAsTheyAreInTheWhole) {
  Recording recording;
  recording.clockNs = 5;
  for (int run = 0; run < 40; ++run) {
    WatchedRun watched = watchedRun();
    watched.stamps[3] += 60;
    watched.end += 60;
    if (run % 3 == 0) watched.stamps[1] += 60, watched.stamps[2] += 60;  // the first step instead
    recording.watched.push_back(watched);
    recording.plain.push_back({0, 275});
  }
  const Timing timing = timingOf(recording);
  EXPECT_NEAR(timing.steps[0].median, 100e-9, 1e-15);
  EXPECT_GT(timing.steps[0].usual, 110e-9);
  EXPECT_NEAR(timing.accounted(), 1, 1e-6);
}

TEST(Timing, TheFastHalfCounts) {
  Recording recording;
  recording.clockNs = 5;
  for (int run = 0; run < 40; ++run) {  // three of eight are slower for reasons that nobody sees
    const int64_t slower = run % 8 < 3 ? 10 * (run % 8 + 1) : 0;
    recording.watched.push_back(watchedRun(slower));
    recording.plain.push_back({0, 215 + slower});
  }
  const Timing timing = timingOf(recording);
  EXPECT_TRUE(timing.undisturbed);
  EXPECT_EQ(timing.used, 20u);
  EXPECT_NEAR(timing.latency, 210e-9, 1e-15);
  EXPECT_NEAR(timing.accounted(), 1, 1e-6);
}

TEST(Timing, WhereAllAreDisturbedTheFastestQuarterCounts) {
  Recording recording;
  recording.clockNs = 5;
  for (int run = 0; run < 40; ++run) {
    recording.watched.push_back(watchedRun(run < 10 ? 0 : 100 * run));
    recording.plain.push_back({0, run < 10 ? 215 : 100 * run, true});
    recording.watched.back().disturbed = true;
  }
  const Timing timing = timingOf(recording);
  EXPECT_FALSE(timing.undisturbed);
  EXPECT_EQ(timing.used, 10u);
  EXPECT_NEAR(timing.accounted(), 1, 1e-6);
}

TEST(Timing, ShorterThanTheClockIsZero) {
  Recording recording = recordingOf(5);
  for (WatchedRun& run : recording.watched) run.stamps[1] = run.stamps[0] + 2;
  EXPECT_EQ(timingOf(recording).steps[0].usual, 0);
}

TEST(Timing, OfNothingIsNothing) {
  const Timing timing = timingOf({});
  EXPECT_TRUE(timing.steps.empty());
  EXPECT_EQ(timing.accounted(), 0);
  EXPECT_EQ(medianOf({}), 0);
  EXPECT_EQ(medianOf({3, 1, 2}), 2);
  EXPECT_EQ(medianOf({4, 1, 2, 3}), 2.5);
}

int64_t fakeTime = 0;
int64_t fakeClock() {
  return fakeTime += 10;
}

TEST(Recording, EveryStepIsWatchedByTurns) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  RecordOptions options;
  options.seconds = options.warmupSeconds = 0;
  options.clock = fakeClock;
  const Recording recording = record(context, options);
  EXPECT_EQ(recording.clockNs, 10);
  ASSERT_EQ(recording.watched.size(), 5u);
  ASSERT_EQ(recording.plain.size(), 5u);
  const size_t steps = context.plan().steps.size();
  for (size_t run = 0; run < 5; ++run) {
    EXPECT_EQ(recording.watched[run].stamps.size(), 2 * steps);
    EXPECT_GT(recording.watched[run].begin, recording.plain[run].end);
    // A clock that does nothing but tick: one tick in a plain run, one before each of the others' readings.
    EXPECT_EQ(recording.plain[run].end - recording.plain[run].begin, 10);
    EXPECT_EQ(recording.watched[run].end - recording.watched[run].begin,
              static_cast<int64_t>(20 * steps + 10));
  }
  const Timing timing = timingOf(recording);
  EXPECT_EQ(timing.steps.size(), steps);
  EXPECT_EQ(timing.regions() + timing.between(), 0);  // ticks were all there was
  fakeTime = 0;
  context.execute();
  EXPECT_EQ(fakeTime, 0) << "the context is watched no longer";
}

TEST(Recording, StopsWhenItIsTold) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  setInputs(context, 1);
  RecordOptions options;
  options.warmupSeconds = 0;
  options.stopped = [] { return true; };
  EXPECT_TRUE(record(context, options).watched.empty());
}

}  // namespace
}  // namespace ridge::test
