// The roof that a layer is held against: by the table, and by what was measured.
#include "analyze/roof.h"

#include <gmock/gmock.h>

#include "analyze/machine/device_table.h"
#include "analyze/machine/measured_roof.h"
#include "analyze/machine/this_machine.h"
#include "base/error.h"

namespace ridge::analyze {
namespace {

using testing::HasSubstr;

Roof nominal(const char* target, Precision precision) {
  return roofsOf({.target = target, .precision = precision}).nominal;
}

TEST(Roof, OfADeviceInTheTable) {
  const Roof fp16 = nominal("RTX 3080", Precision::fp16);
  EXPECT_TRUE(fp16.matrixUnits);
  EXPECT_EQ(fp16.channelMultiple, 8);
  EXPECT_EQ(fp16.source, "by formula");
  EXPECT_EQ(fp16.target, "NVIDIA GeForce RTX 3080");
  EXPECT_NEAR(fp16.ridgePoint(), 157, 0.5);
  const Roof fp32 = nominal("RTX 3080", Precision::fp32);
  EXPECT_FALSE(fp32.matrixUnits);
  EXPECT_EQ(fp32.channelMultiple, 1);
  EXPECT_NEAR(fp32.ridgePoint(), 39.2, 0.05);
  EXPECT_EQ(nominal("Jetson AGX Xavier", Precision::int8).source, "published");
  EXPECT_EQ(nominal("Jetson AGX Xavier", Precision::int8).peakOpsPerS, 22.4e12);
  // Sparse peaks are never the roof.
  EXPECT_NEAR(nominal("A100", Precision::int8).peakOpsPerS, 623.7e12, 1e11);
}

TEST(Roof, NoMeasurementOfAnotherMachine) {
  EXPECT_FALSE(roofsOf({.target = "H200", .precision = Precision::fp16}).measured);
}

TEST(Roof, WrongRequests) {
  try {
    nominal("V100", Precision::int4);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("fp64, fp32, fp16, int8"));
  }
  try {
    nominal("RTX 3081", Precision::fp32);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("RTX 3080"));
  }
  EXPECT_THROW(roofsOf({.target = "A100", .deviceFile = "/no/such/file.json"}), Error);
}

TEST(Roof, OfThisMachineWithoutMeasuring) {
  const Roofs roofs = roofsOf({.precision = Precision::fp32, .threads = 1, .measure = false});
  EXPECT_FALSE(roofs.measured);
  EXPECT_GT(roofs.nominal.peakOpsPerS, 1e8);
  EXPECT_EQ(roofs.nominal.bandwidthBytesPerS, 0);
  EXPECT_THAT(roofs.nominal.source, HasSubstr("bandwidth not known"));
  EXPECT_THAT(roofs.nominal.target, HasSubstr("1 thread"));
}

MeasuredMachine measurement() {
  MeasuredMachine machine;
  machine.date = "2026-11-21";
  machine.threads = 2;
  machine.stepSeconds = 1e-7;
  machine.peaks = {{Isa::avx2, Precision::fp32, 2, {100e9, 99e9}},
                   {Isa::avx512, Precision::fp32, 2, {200e9, 190e9}},
                   {Isa::avx512, Precision::fp32, 1, {900e9, 900e9}}};
  machine.bandwidths = {{"L1", Traffic::read, 2, {500e9, 500e9}},
                        {"DRAM", Traffic::write, 2, {90e9, 90e9}},
                        {"DRAM", Traffic::copy, 2, {40e9, 40e9}}};
  return machine;
}

TEST(Roof, OfAMeasurement) {
  MeasuredMachine machine = measurement();
  const Roof roof = roofIn(machine, Precision::fp32);
  EXPECT_EQ(roof.peakOpsPerS, 200e9);
  EXPECT_EQ(roof.bandwidthBytesPerS, 40e9);  // no read of main memory: what a copy moves
  EXPECT_EQ(roof.source, "measured 2026-11-21");
  EXPECT_EQ(roof.launchSeconds, 1e-7);
  machine.bandwidths.push_back({"DRAM", Traffic::read, 2, {60e9, 60e9}});
  EXPECT_EQ(roofIn(machine, Precision::fp32).bandwidthBytesPerS, 60e9);
  EXPECT_EQ(roofIn(machine, Precision::int8).peakOpsPerS, 0);
  EXPECT_EQ(roofIn(machine, Precision::int8).bandwidthBytesPerS, 60e9);
  machine.bandwidths.clear();
  EXPECT_EQ(roofIn(machine, Precision::fp32).bandwidthBytesPerS, 0);
}

TEST(Roof, CachesThatWereMeasuredAreThoseOfAllThreads) {
  MeasuredMachine machine = measurement();
  machine.bandwidths.push_back({"L3", Traffic::read, 2, {80e9, 80e9}});
  machine.bandwidths.push_back({"L2", Traffic::write, 2, {90e9, 90e9}});
  machine.bandwidths.push_back({"L2", Traffic::read, 1, {90e9, 90e9}});
  CpuInfo cpu;
  cpu.l1Bytes = 32'000;
  cpu.physicalCores = 4;
  cpu.l3Bytes = 8'000'000;
  const std::vector<MemoryLevel> caches = cachesIn(machine, cpu);
  ASSERT_EQ(caches.size(), 2u) << "reads of L2 by two threads were not measured";
  EXPECT_EQ(caches[0].name, "L1");
  EXPECT_EQ(caches[0].capacityBytes, 64'000);
  EXPECT_EQ(caches[0].bandwidthBytesPerS, 500e9);
  EXPECT_EQ(caches[1].name, "L3");
  EXPECT_EQ(caches[1].capacityBytes, 8'000'000);
}

TEST(Roof, NoCacheIsSlowerThanWhatIsBehindIt) {
  MeasuredMachine machine = measurement();
  machine.bandwidths = {{"L2", Traffic::read, 2, {70e9, 70e9}},
                        {"L3", Traffic::read, 2, {13e9, 13e9}},  // while somebody else used it
                        {"DRAM", Traffic::read, 2, {20e9, 20e9}}};
  const std::vector<MemoryLevel> caches = cachesIn(machine, {});
  ASSERT_EQ(caches.size(), 2u);
  EXPECT_EQ(caches[0].bandwidthBytesPerS, 70e9);
  EXPECT_EQ(caches[1].bandwidthBytesPerS, 20e9);
}

TEST(Roof, CachesBelongToCores) {
  MeasuredMachine machine = measurement();
  CpuInfo cpu;
  cpu.l1Bytes = 32'000;
  cpu.physicalCores = 1;
  EXPECT_EQ(cachesIn(machine, cpu).front().capacityBytes, 32'000) << "two threads of one core";
}

TEST(Roof, IsThatOfTheFastestUnit) {
  MeasuredMachine machine = measurement();
  const auto add = [&](Precision precision, double rate, bool matrix) {
    machine.peaks.push_back({Isa::avx512, precision, 2, {rate, rate}, matrix});
  };
  add(Precision::bf16, 2e12, true);
  add(Precision::bf16, 80e9, false);
  add(Precision::int8, 700e9, false);
  add(Precision::int8, 4e12, true);
  const Roof bf16 = roofIn(machine, Precision::bf16), int8 = roofIn(machine, Precision::int8);
  EXPECT_EQ(bf16.peakOpsPerS, 2e12);
  EXPECT_TRUE(bf16.matrixUnits);
  EXPECT_EQ(bf16.channelMultiple, 32);
  EXPECT_EQ(int8.peakOpsPerS, 4e12);
  EXPECT_EQ(int8.channelMultiple, 64);
  EXPECT_FALSE(roofIn(machine, Precision::fp32).matrixUnits);
  EXPECT_EQ(roofIn(machine, Precision::fp32).channelMultiple, 1);
  add(Precision::bf16, 9e12, false);  // units that are slower than vectors are no roof
  EXPECT_FALSE(roofIn(machine, Precision::bf16).matrixUnits);
  EXPECT_EQ(roofIn(machine, Precision::bf16).channelMultiple, 1);
}

// Nominal and measured roof are of the same unit: matrix products pad the same channels under both.
TEST(Roof, OfTilesHasTheMultiplesOfTheTable) {
  MeasuredMachine machine = measurement();
  for (const Precision precision : {Precision::bf16, Precision::int8}) {
    machine.peaks.push_back({Isa::avx512, precision, 2, {1e15, 1e15}, true});
    EXPECT_EQ(roofIn(machine, precision).channelMultiple,
              nominal("Xeon Platinum 8480+", precision).channelMultiple);
  }
}

TEST(Roof, MeasurementsBelongToADeviceToo) {
  MeasuredMachine machine = measurement();
  machine.peaks.push_back({Isa::avx512, Precision::int8, 2, {4e12, 4e12}, true});
  Device device = machineOf({}, builtinDevices());
  takeMeasurement(device, machine);
  ASSERT_EQ(device.measured.size(), 2U);
  EXPECT_EQ(device.measured[0].what, "fp32, 2 threads");
  EXPECT_EQ(device.measured[0].value, 200e9);
  EXPECT_EQ(device.measured[0].unit, "TFLOPS");
  EXPECT_EQ(device.measured[1].what, "int8 by matrix units, 2 threads");
  EXPECT_EQ(device.measured[1].unit, "TOPS");
  EXPECT_EQ(bandwidthOf(device).bytesPerS, 40e9);
  EXPECT_EQ(bandwidthOf(device).measuring, "measured 2026-11-21, 2 threads");
  device.memory.published = 90e9;  // what is known is not measured
  EXPECT_EQ(bandwidthOf(device).bytesPerS, 90e9);
  EXPECT_EQ(bandwidthOf(device).measuring, "");
}

}  // namespace
}  // namespace ridge::analyze
