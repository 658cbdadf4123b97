// The loops compute what they say: their sums have a closed form.
#include "analyze/machine/probes/probes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>

namespace ridge::analyze {
namespace {

std::vector<Isa> isasHere() {
  std::vector<Isa> here;
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512})
    if (isa <= detectedIsa()) here.push_back(isa);
  return here;
}

/// Chain c starts at c and gains `products` times one * one in each round, in every lane.
double sumOfChains(const ArithmeticProbe& probe, int64_t rounds) {
  const double starts = probe.chains * (probe.chains - 1) / 2.0;
  return probe.lanes * (starts + probe.chains * static_cast<double>(rounds) * probe.products());
}

void expectComputes(const ArithmeticProbe& probe) {
  for (const int64_t rounds : {0, 1, 7, 100'000}) EXPECT_EQ(probe.run(rounds, 1), sumOfChains(probe, rounds));
  EXPECT_EQ(probe.operationsPerRound(), 2.0 * probe.chains * probe.lanes * probe.products());
}

TEST(Probes, EveryMultiplyAddIsDone) {
  for (const Isa isa : isasHere())
    for (const Precision precision : kPrecisions)
      if (const ArithmeticProbe* probe = arithmeticProbe(isa, precision)) {
        SCOPED_TRACE(std::string(name(isa)) + " " + std::string(name(precision)));
        expectComputes(*probe);
      }
}

TEST(Probes, ByteSumsWithoutDotProductsComputeToo) {
  for (const Isa isa : isasHere()) expectComputes(arithmeticProbes(isa).int8);
}

// Factors are multiplied: 3 * 3 for bytes, once more by the ones that add up pairs where there is no dot
// product; chain * 3 + 3 for floats.
TEST(Probes, FactorsAreRead) {
  for (const Isa isa : isasHere()) {
    const ArithmeticProbe& int8 = arithmeticProbes(isa).int8;
    const double gain = int8.run(10, 3) - int8.run(0, 3);
    EXPECT_EQ(gain, (isa == Isa::generic ? 9.0 : 27.0) * 10 * int8.products() * int8.chains * int8.lanes);
    const ArithmeticProbe& fp32 = arithmeticProbes(isa).fp32;
    double wanted = 0;
    for (int chain = 0; chain < fp32.chains; ++chain) wanted += fp32.lanes * (3.0 * chain + 3);
    EXPECT_EQ(fp32.run(1, 3), wanted);
  }
}

TEST(Probes, AreThoseOfTheCpu) {
  const CpuInfo& cpu = cpuInfo();
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512}) {
    const bool here = isa <= detectedIsa();
    EXPECT_EQ(arithmeticProbe(isa, Precision::fp32) != nullptr, here);
    EXPECT_EQ(arithmeticProbe(isa, Precision::int8) != nullptr, here);
    EXPECT_EQ(arithmeticProbe(isa, Precision::bf16) != nullptr, isa == Isa::avx512 && cpu.avx512bf16);
    EXPECT_EQ(arithmeticProbe(isa, Precision::fp16), nullptr);
  }
  EXPECT_EQ(arithmeticProbes(Isa::generic).bf16.run, nullptr);
  EXPECT_EQ(arithmeticProbes(Isa::avx2).bf16.run, nullptr);
  EXPECT_EQ(cpu.avxvnni, __builtin_cpu_supports("avxvnni") != 0 && detectedIsa() >= Isa::avx2);
}

TEST(Probes, EveryWordIsReadWrittenAndCopied) {
  constexpr int64_t kCount = 6 * kMemoryUnit, kGuard = 64;
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  const std::unique_ptr<uint32_t, Free> memory(
      static_cast<uint32_t*>(std::aligned_alloc(64, 4 * (2 * kCount + 2 * kGuard))));
  uint32_t* const from = memory.get();
  uint32_t* const to = from + kCount + kGuard;
  for (const Isa isa : isasHere()) {
    const MemoryProbes& loops = memoryProbes(isa);
    uint32_t sum = 0;
    for (int64_t at = 0; at < kCount; ++at) sum += from[at] = static_cast<uint32_t>(at * at * 2654435761);
    EXPECT_EQ(loops.read(from, kCount, 1), sum);
    EXPECT_EQ(loops.read(from, kCount, 5), 5 * sum);
    EXPECT_EQ(loops.read(from, kMemoryUnit, 0), 0U);

    std::fill(to, to + kCount + kGuard, 7U);
    loops.copy(to, from, kCount, 2);
    EXPECT_TRUE(std::equal(from, from + kCount, to));
    loops.write(to, kCount, 9);
    for (int64_t at = 0; at < kCount; ++at) ASSERT_EQ(to[at], 9U);
    for (int64_t at = kCount; at < kCount + kGuard; ++at) ASSERT_EQ(to[at], 7U);
  }
}

TEST(Probes, AdditionsFollowEachOther) {
  EXPECT_EQ(addChain(5, 1600, 3), 5U + 1600 * 3);
  EXPECT_EQ(addChain(5, 0, 3), 5U);
}

}  // namespace
}  // namespace ridge::analyze
