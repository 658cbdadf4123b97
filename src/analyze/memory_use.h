// How much of the arenas holds something that a later step still needs.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace ridge::analyze {

struct MemoryUse {
  std::vector<uint64_t> alive;  ///< bytes of activations while each step runs, of all memories
  uint64_t peak = 0;            ///< the largest of them
  uint64_t workspace = 0;       ///< scratch of one thread of the host
};

/// By step of the plan. Places that lie between the elements of a strided array count with it; inputs and
/// outputs in the caller's buffers, constants and what islands make do not. A step with bodies has what its
/// hungriest body needs on top.
MemoryUse memoryOverTime(const Plan& plan);

}  // namespace ridge::analyze
