// The loops compute what they say: their sums have a closed form.
#include "analyze/machine/probes/probes.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

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

class Tiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!tileProbe(Precision::int8) && !tileProbe(Precision::bf16))
      GTEST_SKIP() << "this CPU has no tiles (AMX), or the system does not grant them";
  }
  static std::vector<const ArithmeticProbe*> here() {
    std::vector<const ArithmeticProbe*> probes{tileProbe(Precision::int8), tileProbe(Precision::bf16)};
    std::erase(probes, nullptr);
    return probes;
  }
};

TEST_F(Tiles, EveryProductIsAdded) {
  for (const ArithmeticProbe* probe : here()) {
    EXPECT_EQ(probe->lanes, 16 * 16);
    expectComputes(*probe);
  }
  if (const ArithmeticProbe* int8 = tileProbe(Precision::int8)) {
    EXPECT_EQ(int8->operations, 2 * 64);
  }
  if (const ArithmeticProbe* bf16 = tileProbe(Precision::bf16)) {
    EXPECT_EQ(bf16->operations, 2 * 32);
  }
}

TEST_F(Tiles, FactorsAreRead) {
  for (const ArithmeticProbe* probe : here())
    EXPECT_EQ(probe->run(10, 3) - probe->run(0, 3),
              9.0 * 10 * probe->products() * probe->chains * probe->lanes);
}

// Each thread has tiles of its own, which it configures and gives back: threads in turns and at once.
TEST_F(Tiles, EveryThreadComputes) {
  for (const ArithmeticProbe* probe : here()) {
    std::array<double, 4> sums{};
    std::vector<std::thread> threads;
    for (double& sum : sums) threads.emplace_back([&sum, probe] { sum = probe->run(20'000, 1); });
    for (std::thread& thread : threads) thread.join();
    for (const double sum : sums) EXPECT_EQ(sum, sumOfChains(*probe, 20'000));
  }
}

// By the system's own word on the CPU; a system that refuses them is the other reason for having none.
TEST(TilesOfTheCpu, OnlyForBytesAndBf16) {
  for (const Precision precision : kPrecisions)
    if (precision != Precision::int8 && precision != Precision::bf16) {
      EXPECT_EQ(tileProbe(precision), nullptr);
    }
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::stringstream text;
  text << cpuinfo.rdbuf();
  if (text.str().find("amx_int8") == std::string::npos) {
    EXPECT_EQ(tileProbe(Precision::int8), nullptr);
  }
  if (text.str().find("amx_bf16") == std::string::npos) {
    EXPECT_EQ(tileProbe(Precision::bf16), nullptr);
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

struct Free {
  void operator()(void* p) const { std::free(p); }
};

TEST(Probes, EveryWordIsWrittenAndCopied) {
  constexpr int64_t kCount = 6 * kMemoryUnit, kGuard = 64;
  const std::unique_ptr<uint32_t, Free> memory(
      static_cast<uint32_t*>(std::aligned_alloc(64, 4 * (2 * kCount + 2 * kGuard))));
  uint32_t* const from = memory.get();
  uint32_t* const to = from + kCount + kGuard;
  for (const Isa isa : isasHere()) {
    const MemoryProbes& loops = memoryProbes(isa);
    for (int64_t at = 0; at < kCount; ++at) from[at] = static_cast<uint32_t>(at * at * 2654435761);
    std::fill(to, to + kCount + kGuard, 7U);
    loops.copy(to, from, kCount, 2);
    EXPECT_TRUE(std::equal(from, from + kCount, to));
    loops.write(to, kCount, 9);
    for (int64_t at = 0; at < kCount; ++at) ASSERT_EQ(to[at], 9U);
    for (int64_t at = kCount; at < kCount + kGuard; ++at) ASSERT_EQ(to[at], 7U);
    const int64_t last = int64_t{8} * arithmeticProbes(isa).fp32.lanes;
    uint32_t sum = 0;
    for (int64_t at = kCount - last; at < kCount; ++at) sum += from[at];
    EXPECT_EQ(loops.read(from, kCount, 3), sum);
    EXPECT_EQ(loops.read(from, kCount, 0), 0U);
  }
}

/// Four pages, of which one may not be touched.
class PagesWithAHole {
 public:
  static constexpr size_t kPage = 4096, kPages = 4;
  explicit PagesWithAHole(size_t hole)
      : at_(mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    mprotect(static_cast<char*>(at_) + hole * kPage, kPage, PROT_NONE);
  }
  ~PagesWithAHole() { munmap(at_, kPages * kPage); }
  PagesWithAHole(const PagesWithAHole&) = delete;
  PagesWithAHole& operator=(const PagesWithAHole&) = delete;
  const uint32_t* words() const { return static_cast<const uint32_t*>(at_); }

 private:
  void* at_;
};

// What is loaded leaves no trace but this.
TEST(ProbesDeathTest, EveryPageIsRead) {
  constexpr int64_t kWords = PagesWithAHole::kPage / 4;
  for (const Isa isa : isasHere())
    for (int64_t hole = 0; hole < 4; ++hole) {
      const PagesWithAHole pages(static_cast<size_t>(hole));
      EXPECT_EQ(memoryProbes(isa).read(pages.words(), hole * kWords, 1), 0U);
      EXPECT_DEATH(memoryProbes(isa).read(pages.words(), hole * kWords + kMemoryUnit, 1), "");
    }
}

TEST(Probes, AdditionsFollowEachOther) {
  EXPECT_EQ(addChain(5, 1600, 3), 5U + 1600 * 3);
  EXPECT_EQ(addChain(5, 0, 3), 5U);
}

}  // namespace
}  // namespace ridge::analyze
