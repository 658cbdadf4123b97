// The last step of planning: placed steps become self-contained kernel specifications.
#pragma once

#include "plan/memory.h"
#include "plan/planner.h"

namespace ridge {

Plan emitPlan(const Graph& graph, const Cover& cover, const Formats& formats, const Layout& layout,
              const MemoryPlan& memory, const Memories& memories, WeightStore& weights);

}  // namespace ridge
