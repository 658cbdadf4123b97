#include "analyze/machine/disturbance.h"

#include <gtest/gtest.h>

namespace ridge::analyze {
namespace {

Usage after(double wall, double own, double others, double stolen = 0, double switches = 0) {
  return {100 + wall, 10 + own, 50 + own + others, 3 + stolen, 7 + switches};
}

const Usage kBefore{100, 10, 50, 3, 7};

TEST(Disturbance, IsNoneOnAQuietMachine) {
  EXPECT_EQ(disturbance(kBefore, after(10, 19, 0.5, 0.1, 50)), "");
  EXPECT_EQ(disturbance(kBefore, kBefore), "");
}

TEST(Disturbance, IsNamed) {
  EXPECT_EQ(disturbance(kBefore, after(10, 15, 8)), "other programs used 0.8 cores");
  EXPECT_EQ(disturbance(kBefore, after(10, 15, 0, 2)), "the hypervisor gave 0.2 cores to others");
  EXPECT_EQ(disturbance(kBefore, after(10, 15, 0, 0, 5000)), "threads had to make room 500 times a second");
}

// Ticks are 10 ms: of a tenth of a second they say nothing.
TEST(Disturbance, IsNotSeenInAFewTicks) {
  EXPECT_EQ(disturbance(kBefore, after(0.1, 0.1, 0.03, 0.02, 15)), "");
}

TEST(Disturbance, CountsTheCpusOfThisProcess) {
  const char* const stat =
      "cpu  9000 9000 9000 9000 0 0 0 9000 0 0\n"
      "cpu0 100 20 30 5000 6 7 8 90 0 0\n"
      "cpu1 1000 0 0 0 0 0 0 0 0 0\n"
      "cpu10 400 0\n"
      "cpufreq 5 5 5\n"
      "intr 5 5 5\n";
  Usage usage;
  addCpuTimes(stat, {0, 10}, 100, usage);
  EXPECT_DOUBLE_EQ(usage.busy, (100 + 20 + 30 + 7 + 8 + 400) / 100.0);
  EXPECT_DOUBLE_EQ(usage.stolen, 0.9);
  Usage none;
  for (const char* text : {"", "cpu0", "cpu0 x y z\ncpu0 -", "\xff\n\n"}) addCpuTimes(text, {0}, 100, none);
  EXPECT_EQ(none.busy, 0);
}

TEST(Disturbance, IsMeasuredHere) {
  const Usage before = currentUsage();
  EXPECT_GT(before.own, 0);
  volatile int spin = 0;
  while (currentUsage().own < before.own + 0.02) spin = spin + 1;
  EXPECT_GT(currentUsage().wall, before.wall);
}

}  // namespace
}  // namespace ridge::analyze
