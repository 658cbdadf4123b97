#include "analyze/machine/memory_block.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>

#include "support/expect_error.h"

namespace ridge::analyze {
namespace {

constexpr int64_t kKiB = 1 << 10, kMiB = 1 << 20, kPlenty = int64_t{64} << 30;

CpuInfo caches(int64_t l1, int64_t l2, int64_t l3) {
  CpuInfo cpu;
  cpu.l1Bytes = l1, cpu.l2Bytes = l2, cpu.l3Bytes = l3;
  return cpu;
}

std::map<std::string, int64_t> setsOf(const CpuInfo& cpu, int threads, int64_t available = kPlenty,
                                      bool quick = false) {
  std::map<std::string, int64_t> sets;
  for (const WorkingSet& set : workingSets(cpu, threads, available, quick))
    sets[set.level] = set.bytesPerThread;
  return sets;
}

using Sets = std::map<std::string, int64_t>;

TEST(WorkingSets, LieInsideTheirLevels) {
  EXPECT_EQ(setsOf(caches(48 * kKiB, kMiB, 32 * kMiB), 2),
            (Sets{{"L1", 24 * kKiB}, {"L2", 512 * kKiB}, {"L3", 4 * kMiB}, {"DRAM", 64 * kMiB}}));
  EXPECT_EQ(setsOf(caches(48 * kKiB, 2 * kMiB, 105 * kMiB), 1),
            (Sets{{"L1", 24 * kKiB}, {"L2", kMiB}, {"L3", 105 * kMiB / 4}, {"DRAM", 420 * kMiB}}));
}

TEST(WorkingSets, OfMainMemoryAreBounded) {
  const CpuInfo usual = caches(32 * kKiB, 512 * kKiB, 16 * kMiB), large = caches(32 * kKiB, kMiB, 400 * kMiB);
  EXPECT_EQ(setsOf(usual, 1, kPlenty, true).at("DRAM"), 64 * kMiB);
  EXPECT_EQ(setsOf(large, 1).at("DRAM"), 800 * kMiB);
  EXPECT_EQ(setsOf(usual, 1, 127 * kMiB).count("DRAM"), 0U);
  EXPECT_EQ(setsOf(usual, 1, 0).count("L3"), 1U);
}

TEST(WorkingSets, LeaveOutLevelsThatAreNone) {
  EXPECT_EQ(setsOf(caches(64 * kKiB, 128 * kKiB, 8 * kMiB), 1).count("L2"), 0U);
  // The second levels of all threads hold as much as the third.
  EXPECT_EQ(setsOf(caches(32 * kKiB, kMiB, 16 * kMiB), 16).count("L3"), 0U);
}

TEST(WorkingSets, AreWholePages) {
  for (const int threads : {1, 3, 7, 1024})
    for (const auto& [level, bytes] : setsOf(cpuInfo(), threads)) {
      EXPECT_GT(bytes, 0) << level;
      EXPECT_EQ(bytes % 4096, 0) << level;
    }
}

TEST(MemoryBlock, IsAlignedAndWritable) {
  const MemoryBlock block(3 * kMiB + 4096);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(block.words()) % (2 * kMiB), 0U);
  block.words()[0] = 1;
  block.words()[block.bytes() / 4 - 1] = 2;
  EXPECT_EQ(block.words()[1], 0U);
}

TEST(MemoryBlock, OfTooMuchIsRefused) {
  test::expectError(ErrorCode::machine, "", [] { const MemoryBlock block(int64_t{1} << 60); });
}

TEST(AvailableMemory, IsKnown) {
  EXPECT_GT(availableMemory(), kMiB);
}

}  // namespace
}  // namespace ridge::analyze
