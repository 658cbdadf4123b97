// What was decided, put together once a plan is made: see plan/decision.h.
#pragma once

#include <vector>

#include "plan/memory.h"
#include "plan/plan.h"

namespace ridge {

/// Decisions of the cover, of formats and of memory, in order of the plan's steps, which they name.
std::vector<Decision> recordDecisions(const Graph& graph, const Cover& cover, const Formats& formats,
                                      const Layout& layout, const MemoryPlan& memory,
                                      const Memories& memories, const Plan& plan);

/// Names that tell the choices of a region apart: "cpu.conv_gemm channels-last".
std::vector<std::string> namesOf(const std::vector<Choice>& choices);

}  // namespace ridge
