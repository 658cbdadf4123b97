#include "cpu/cost.h"

#include "base/cpu.h"
#include "base/thread_pool.h"

namespace ridge::cpu {

namespace {

// Two FMA units at about 3 GHz; only ratios between tactics matter.
double peakMacsPerNs() {
  switch (activeIsa()) {
    case Isa::avx512:
      return 2 * 16 * 3.0;
    case Isa::avx2:
      return 2 * 8 * 3.0;
    case Isa::generic:
      return 0.25;  // a fused multiply-add in software
  }
  return 1;
}

constexpr double kBytesPerNs = 20;
constexpr double kStepNs = 300;

}  // namespace

double arithmeticNs(int64_t macs, double shareOfPeak) {
  return static_cast<double>(macs) / (peakMacsPerNs() * shareOfPeak * ThreadPool::instance().threads());
}

double memoryNs(uint64_t bytes) {
  return kStepNs + static_cast<double>(bytes) / kBytesPerNs;
}

uint64_t bytesMoved(const Graph& graph, const Region& region) {
  uint64_t total = 0;
  for (const auto* list : {&region.inputs, &region.outputs})
    for (ValueId id : *list)
      if (id != kNoValue) total += bytesOf(graph.value(id).type, graph.value(id).shape.count().value_or(0));
  return total;
}

}  // namespace ridge::cpu
