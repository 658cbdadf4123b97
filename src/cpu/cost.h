// The analytic cost model of the CPU: what chooses when nothing may be timed.
#pragma once

#include <cstdint>

#include "ir/graph.h"
#include "plan/region.h"

namespace ridge::cpu {

/// Nanoseconds that the active instruction set needs for these multiply-adds in float32, at the share of the
/// peak that a good kernel reaches, on all threads of the pool.
double arithmeticNs(int64_t macs, double shareOfPeak);

/// Nanoseconds to move so many bytes (read plus written) from the last cache level, with the start of a step.
double memoryNs(uint64_t bytes);

/// Bytes of a region's inputs and outputs.
uint64_t bytesMoved(const Graph& graph, const Region& region);

}  // namespace ridge::cpu
