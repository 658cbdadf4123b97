// The last step of planning: placed steps become self-contained kernel specifications.
#pragma once

#include <functional>

#include "plan/memory.h"
#include "plan/planner.h"

namespace ridge {

/// The plan of a body, on the same constants.
using PlanBody = std::function<Plan(const Graph&)>;

Plan emitPlan(const Graph& graph, const Cover& cover, const Formats& formats, const Layout& layout,
              const MemoryPlan& memory, const Memories& memories, const PlanBody& planBody,
              WeightStore& weights);

}  // namespace ridge
