// A whole measurement. Nothing is said of how fast the machine is.
#include "analyze/machine/measured.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>

#include "analyze/machine/loops.h"
#include "analyze/machine/tiny_plan.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "support/expect_error.h"

namespace ridge::analyze {
namespace {

void expectPlausible(const Sample& sample) {
  EXPECT_TRUE(std::isfinite(sample.best));
  EXPECT_GT(sample.median, 0);
  EXPECT_LE(sample.median, sample.best);
}

class Cap {
 public:
  explicit Cap(const char* isa) { setenv("RIDGE_ISA", isa, 1); }
  ~Cap() { unsetenv("RIDGE_ISA"); }
  Cap(const Cap&) = delete;
  Cap& operator=(const Cap&) = delete;
};

TEST(Measured, QuicklyWhatARooflineNeeds) {
  const int usual = ThreadPool::instance().threads();
  const MeasuredMachine machine = measureMachine({.threads = 2, .quick = true});
  EXPECT_EQ(ThreadPool::instance().threads(), usual);
  EXPECT_TRUE(machine.quick);
  EXPECT_EQ(machine.threads, 2);
  EXPECT_EQ(machine.isa, activeIsa());
  EXPECT_EQ(machine.cpu, cpuInfo().model);
  EXPECT_EQ(machine.date.size(), 10U);
  ASSERT_NE(machine.peak(activeIsa(), Precision::fp32, 2), nullptr);
  ASSERT_NE(machine.peak(activeIsa(), Precision::int8, 2), nullptr);
  for (const MeasuredPeak& peak : machine.peaks) {
    EXPECT_EQ(peak.isa, activeIsa());
    EXPECT_EQ(peak.threads, 2);
    expectPlausible(peak.opsPerS);
  }
  for (const MeasuredBandwidth& bandwidth : machine.bandwidths) {
    EXPECT_EQ(bandwidth.threads, 2);
    EXPECT_TRUE(bandwidth.traffic == Traffic::read || bandwidth.level == "DRAM") << bandwidth.level;
    expectPlausible(bandwidth.bytesPerS);
  }
  for (const char* level : {"L1", "DRAM"})
    EXPECT_NE(machine.bandwidth(level, Traffic::read, 2), nullptr) << level;
  for (const Precision precision : {Precision::int8, Precision::bf16, Precision::fp32})
    EXPECT_EQ(machine.matrixPeak(precision, 2) != nullptr,
              activeIsa() == Isa::avx512 && tileProbe(precision) != nullptr);
  EXPECT_GT(machine.clockHz, 1e7);
  EXPECT_EQ(machine.quiet, machine.whyNotQuiet.empty());
}

TEST(Measured, FullyEveryLevelAndInstructionSet) {
  std::vector<int64_t> done;
  const ProgressSink sink = [&](const Progress& progress) {
    EXPECT_EQ(progress.phase, "measuring");
    done.push_back(progress.done);
    EXPECT_LE(progress.done, progress.total);
  };
  const Cap cap("avx2");
  const MeasuredMachine machine = measureMachine({.threads = 2, .quick = false, .progress = sink});
  EXPECT_FALSE(machine.quick);
  EXPECT_GT(done.size(), 10U);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  for (const int threads : {1, 2}) {
    for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512})
      EXPECT_EQ(machine.peak(isa, Precision::fp32, threads) != nullptr, isa <= activeIsa());
    for (const Traffic traffic : {Traffic::read, Traffic::write, Traffic::copy})
      EXPECT_NE(machine.bandwidth("L1", traffic, threads), nullptr);
  }
  for (const MeasuredPeak& peak : machine.peaks) expectPlausible(peak.opsPerS);
  for (const MeasuredBandwidth& bandwidth : machine.bandwidths) expectPlausible(bandwidth.bytesPerS);
  EXPECT_GT(machine.forkJoinSeconds, 0);
  EXPECT_GT(machine.stepSeconds, 0);
  EXPECT_LT(machine.stepSeconds, 0.1);
}

TEST(Measured, PeaksAreThoseOfTheCap) {
  const Cap cap("generic");
  const MeasuredMachine machine = measureMachine({.threads = 1, .quick = true});
  EXPECT_EQ(machine.isa, Isa::generic);
  for (const MeasuredPeak& peak : machine.peaks) EXPECT_EQ(peak.isa, Isa::generic);
  EXPECT_EQ(machine.peak(Isa::generic, Precision::bf16, 1), nullptr);
  EXPECT_EQ(machine.peak(Isa::avx2, Precision::fp32, 1), nullptr);
  EXPECT_EQ(machine.matrixPeak(Precision::int8, 1), nullptr);
}

// What other loops left in the caches is no bandwidth of main memory.
TEST(Measured, MainMemoryIsPreparedOnly) {
  const MemoryLoops memory(activeIsa(), 1, true);
  for (const WorkingSet& set : memory.sets()) {
    const MachineLoop loop = memory.loop(set, Traffic::read, 1);
    EXPECT_EQ(loop.before != nullptr, set.level == "DRAM");
    EXPECT_GE(loop.work, 4096);
  }
}

TEST(Measured, StopsWhenInterrupted) {
  requestInterrupt();
  test::expectError(ErrorCode::interrupted, "", [] { measureMachine({.threads = 1, .quick = true}); });
  clearInterrupt();
}

TEST(Measured, NamesOfTraffic) {
  for (const Traffic traffic : {Traffic::read, Traffic::write, Traffic::copy})
    EXPECT_EQ(trafficFromName(name(traffic)), traffic);
  EXPECT_EQ(trafficFromName("move"), std::nullopt);
}

TEST(TinyPlan, HasOneStepForEachRectifier) {
  const TinyPlan plan;
  EXPECT_EQ(plan.steps(), 64);
  plan.run();
}

}  // namespace
}  // namespace ridge::analyze
