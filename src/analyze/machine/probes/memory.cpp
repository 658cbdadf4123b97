// Bandwidth of memory by ordinary loads and stores.
#include "analyze/machine/probes/probes.h"
#include "analyze/machine/probes/words.h"

namespace RIDGE_PROBE_NAMESPACE {
namespace {

constexpr int kVectors = 8;
constexpr int64_t kStep = kVectors * Words::kLanes;
static_assert(kMemoryUnit % kStep == 0);

// Costs nothing; keeps the compiler from leaving passes out and from calling memset or memcpy instead.
inline __attribute__((always_inline)) void memoryIsRead() {
  asm volatile("" ::: "memory");
}

uint32_t read(const uint32_t* words, int64_t count, int64_t passes) {
  Words sums[kVectors];
  for (Words& sum : sums) sum = Words::broadcast(0);
  for (int64_t pass = 0; pass < passes; ++pass) {
    for (int64_t at = 0; at < count; at += kStep) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sums[v] = sums[v] + Words::load(words + at + v * Words::kLanes);
    }
    memoryIsRead();
  }
  uint32_t total = 0;
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    alignas(64) uint32_t lanes[Words::kLanes];
    sums[v].store(lanes);
    for (const uint32_t lane : lanes) total += lane;
  }
  return total;
}

void write(uint32_t* words, int64_t count, int64_t passes) {
  for (int64_t pass = 1; pass <= passes; ++pass) {
    const Words value = Words::broadcast(static_cast<uint32_t>(pass));
    for (int64_t at = 0; at < count; at += kStep) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) value.store(words + at + v * Words::kLanes);
      memoryIsRead();
    }
  }
}

void copy(uint32_t* to, const uint32_t* from, int64_t count, int64_t passes) {
  for (int64_t pass = 0; pass < passes; ++pass)
    for (int64_t at = 0; at < count; at += kStep) {
      Words taken[kVectors];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) taken[v] = Words::load(from + at + v * Words::kLanes);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) taken[v].store(to + at + v * Words::kLanes);
      memoryIsRead();
    }
}

}  // namespace

extern const MemoryProbes kMemoryProbes{read, write, copy};

}  // namespace RIDGE_PROBE_NAMESPACE
