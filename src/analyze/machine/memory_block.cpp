#include "analyze/machine/memory_block.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace ridge::analyze {

namespace {

constexpr int64_t kPage = 4096, kHugePage = int64_t{2} << 20, kMiB = int64_t{1} << 20;

int64_t wholePages(int64_t bytes) {
  return bytes / kPage * kPage;
}

/// The number that stands alone in a file; nothing for "max" and for a missing file.
std::optional<int64_t> numberIn(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return parseInt(word);
}

int64_t freeOfMachine() {
  std::ifstream file("/proc/meminfo");
  for (std::string key, rest; file >> key && std::getline(file, rest);) {
    if (key != "MemAvailable:") continue;
    const size_t digits = rest.find_first_not_of(' ');
    if (digits == std::string::npos) break;
    return parseInt(rest.substr(digits, rest.find(' ', digits) - digits)).value_or(0) << 10;
  }
  return 0;
}

/// The process's own group is the root in a container; version 2, then 1.
int64_t freeOfGroup() {
  const std::string root = "/sys/fs/cgroup";
  const auto limit = numberIn(root + "/memory.max"), used = numberIn(root + "/memory.current");
  if (limit && used) return *limit - *used;
  const auto old = numberIn(root + "/memory/memory.limit_in_bytes"),
             oldUsed = numberIn(root + "/memory/memory.usage_in_bytes");
  return old && oldUsed ? *old - *oldUsed : std::numeric_limits<int64_t>::max();
}

}  // namespace

int64_t availableMemory() {
  int64_t available = std::min(freeOfMachine(), freeOfGroup());
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    available = std::min(available, static_cast<int64_t>(limit.rlim_cur / 2));
  return std::max<int64_t>(available, 0);
}

std::vector<WorkingSet> workingSets(const CpuInfo& cpu, int threads, int64_t available, bool quick) {
  std::vector<WorkingSet> sets;
  const auto add = [&](const char* level, int64_t each) { sets.push_back({level, wholePages(each)}); };
  add("L1", std::max<int64_t>(cpu.l1Bytes / 2, kPage));
  if (cpu.l2Bytes >= 4 * cpu.l1Bytes) add("L2", cpu.l2Bytes / 2);
  const int64_t outsideL2 = int64_t{2} * cpu.l2Bytes * threads;
  if (const int64_t share = std::max<int64_t>(cpu.l3Bytes / 4, outsideL2); share <= cpu.l3Bytes / 4 * 3)
    add("L3", share / threads);
  const int64_t outsideL3 = std::max<int64_t>(int64_t{2} * cpu.l3Bytes, outsideL2);
  const int64_t wanted = std::max(quick ? outsideL3 : std::min(2 * outsideL3, 512 * kMiB), 64 * kMiB);
  const int64_t main = std::max(wanted, outsideL3);
  if (main <= available / 2) add("DRAM", main / threads);
  return sets;
}

MemoryBlock::MemoryBlock(int64_t bytes)
    : mappedBytes_(static_cast<size_t>(bytes + kHugePage)), bytes_(bytes) {
  mapped_ = mmap(nullptr, mappedBytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped_ == MAP_FAILED)
    failMachine("there is not enough memory to measure its bandwidth", formatBytes(bytes),
                "free some, or raise the limit");
  madvise(mapped_, mappedBytes_, MADV_HUGEPAGE);
  const auto address = reinterpret_cast<uintptr_t>(mapped_), page = static_cast<uintptr_t>(kHugePage);
  words_ = reinterpret_cast<uint32_t*>((address + page - 1) / page * page);
}

MemoryBlock::~MemoryBlock() {
  munmap(mapped_, mappedBytes_);
}

}  // namespace ridge::analyze
