// Memory for the bandwidth loops, and how much of it each level of the hierarchy gets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/cpu.h"

namespace ridge::analyze {

/// What one level is measured with. L1 and L2: every thread has its own; L3 and DRAM: shared out.
struct WorkingSet {
  std::string level;
  int64_t bytesPerThread = 0;
};

/// Half of L1; half of L2; a quarter of L3, at least twice the L2 of all threads; DRAM: four times L3 (twice,
/// when it has to be quick), 64 to 512 MiB. A level is left out when no such set lies inside it, or when
/// twice the set of DRAM is not `available`.
std::vector<WorkingSet> workingSets(const CpuInfo& cpu, int threads, int64_t available, bool quick);

/// Bytes that this process may still use, by the machine and by its control group's limit.
int64_t availableMemory();

/// Pages without values, in huge pages where the system has them.
class MemoryBlock {
 public:
  explicit MemoryBlock(int64_t bytes);  ///< Error{machine} when there are not so many
  ~MemoryBlock();
  MemoryBlock(const MemoryBlock&) = delete;
  MemoryBlock& operator=(const MemoryBlock&) = delete;

  uint32_t* words() const { return words_; }
  int64_t bytes() const { return bytes_; }

 private:
  void* mapped_ = nullptr;
  size_t mappedBytes_ = 0;
  uint32_t* words_ = nullptr;
  int64_t bytes_;
};

}  // namespace ridge::analyze
