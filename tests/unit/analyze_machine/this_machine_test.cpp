// CPUs by what the operating system says of them.
#include "analyze/machine/this_machine.h"

#include <gmock/gmock.h>

#include "base/cpu.h"

namespace ridge::analyze {
namespace {

using testing::Contains;
using testing::HasSubstr;

CpuFacts facts(const char* vendor, const char* model, std::set<std::string> flags) {
  CpuFacts made;
  made.vendor = vendor;
  made.model = model;
  made.flags = std::move(flags);
  made.cores = 4;
  made.clockHz = 2e9;
  return made;
}

std::string generation(const CpuFacts& cpu) {
  return machineOf(cpu, builtinDevices()).generation->key;
}

TEST(ThisMachine, GenerationsByTheirInstructions) {
  const std::set<std::string> avx2{"avx2", "fma"};
  std::set<std::string> avx512{"avx2", "fma", "avx512f", "avx512_vnni"};
  EXPECT_EQ(generation(facts("Intel", "Intel(R) Core(TM) i7-4790 CPU @ 3.60GHz", avx2)), "haswell");
  EXPECT_EQ(generation(facts("AMD", "AMD EPYC 7763 64-Core Processor", avx2)), "zen2");
  EXPECT_EQ(generation(facts("Intel", "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz", avx512)),
            "ice_lake_sp");
  EXPECT_EQ(generation(facts("Intel", "11th Gen Intel(R) Core(TM) i9-11900K", avx512)), "ice_lake_client");
  EXPECT_EQ(generation(facts("Intel", "12th Gen Intel(R) Core(TM) i9-12900K", {"avx2", "fma", "avx_vnni"})),
            "alder_lake_p");
  avx512.insert("avx512_bf16");
  EXPECT_EQ(generation(facts("AMD", "AMD EPYC 9654 96-Core Processor", avx512)), "zen4");
  avx512.insert("avx_vnni");
  EXPECT_EQ(generation(facts("AMD", "AMD EPYC 9755 128-Core Processor", avx512)), "zen5");
  avx512.insert("amx_tile");
  EXPECT_EQ(generation(facts("Intel", "Intel(R) Xeon(R) Processor", avx512)), "sapphire_rapids");
  avx512.insert("amx_fp16");
  EXPECT_EQ(generation(facts("Intel", "Intel(R) Xeon(R) Processor", avx512)), "granite_rapids");
}

TEST(ThisMachine, UnknownOnesAreGuessedAndSaySo) {
  const Device machine = machineOf(facts("Hygon", "something", {"avx2", "fma"}), builtinDevices());
  EXPECT_EQ(machine.generation->key, "generic_avx2");
  EXPECT_THAT(machine.traps, Contains(HasSubstr("not recognised")));
  EXPECT_EQ(usualPeak(machine, Precision::fp32)->terms,
            "2 GHz x 4 cores x 2 FMA units x 8 lanes x 2 = 0.256 TFLOPS");
  EXPECT_EQ(generation(facts("", "", {})), "generic_x86");
  // No rules at all: no peaks, and no crash.
  const Device bare = machineOf(facts("", "", {}), DeviceTable{});
  EXPECT_TRUE(peaksOf(bare).empty());
  EXPECT_THAT(bare.traps, Contains(HasSubstr("no peaks")));
}

TEST(ThisMachine, ThreadsAreCoresThatWork) {
  const CpuFacts cpu = facts("AMD", "AMD Ryzen 9 9950X", {"avx512f", "avx_vnni"});
  EXPECT_EQ(machineOf(cpu, builtinDevices()).cores, 4);
  EXPECT_EQ(machineOf(cpu, builtinDevices(), 1).cores, 1);
  EXPECT_EQ(machineOf(cpu, builtinDevices(), 100).cores, 4);
}

TEST(ThisMachine, BandwidthAndClockMayBeUnknown) {
  CpuFacts cpu = facts("Intel", "Intel(R) Xeon(R) Processor", {"amx_tile"});
  EXPECT_EQ(bandwidthOf(machineOf(cpu, builtinDevices())).bytesPerS, 0);
  cpu.clockHz = 0;
  const Device machine = machineOf(cpu, builtinDevices());
  EXPECT_TRUE(peaksOf(machine).empty());
  EXPECT_THAT(machine.traps, Contains(HasSubstr("clock is not known")));
}

TEST(ThisMachine, ReadsCpuinfo) {
  const CpuFacts read = factsFromCpuinfo(
      "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: X\ncpu MHz\t\t: 2000.000\n"
      "flags\t\t: fpu avx2  fma\n\nprocessor\t: 1\ncpu MHz\t\t: 900.000\nflags\t\t: other\n");
  EXPECT_EQ(read.vendor, "Intel");
  EXPECT_EQ(read.clockHz, 2e9);
  EXPECT_EQ(read.flags, (std::set<std::string>{"fpu", "avx2", "fma"}));
  for (const char* text :
       {"", "\n\n", ":", "flags", "flags:", "cpu MHz : many", "vendor_id\t:", "\xff\xfe:\x01"})
    EXPECT_EQ(factsFromCpuinfo(text).clockHz, 0) << text;
}

TEST(ThisMachine, ClocksInNames) {
  EXPECT_EQ(clockInModel("Intel(R) Xeon(R) CPU @ 2.40GHz"), 2.4e9);
  EXPECT_EQ(clockInModel("Intel(R) Xeon(R) CPU @ 3 GHz"), 3e9);
  EXPECT_EQ(clockInModel("AMD EPYC 9654 96-Core Processor"), 0);
  EXPECT_EQ(clockInModel("GHz"), 0);
  EXPECT_EQ(clockInModel("a..GHz"), 0);
}

TEST(ThisMachine, ThisOne) {
  const CpuFacts cpu = thisCpu();
  EXPECT_EQ(cpu.model, cpuInfo().model);
  EXPECT_GE(cpu.cores, 1);
  const Device machine = machineOf(cpu, builtinDevices());
  EXPECT_THAT(machine.name, HasSubstr("this machine"));
  if (cpu.clockHz > 0) EXPECT_TRUE(usualPeak(machine, Precision::fp32));
}

}  // namespace
}  // namespace ridge::analyze
