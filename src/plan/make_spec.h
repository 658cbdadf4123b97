// From a region and a chosen candidate to the self-contained step that a backend compiles.
#pragma once

#include <vector>

#include "plan/cover.h"
#include "plan/plan.h"

namespace ridge {

/// `in` and `out` are the arrays of the region's inputs and outputs, in their order. Packed constants are
/// added to `weights`. Operands of the region's expressions are renumbered to positions in `in`.
KernelSpec makeSpec(const Graph& graph, const Region& region, const Choice& choice, std::vector<ArraySpec> in,
                    std::vector<ArraySpec> out, WeightStore& weights);

/// A copy between two arrays of the same dimensions, by a tactic of the backend.
KernelSpec makeCopySpec(const Backend& backend, std::string_view tactic, ArraySpec in, ArraySpec out);

}  // namespace ridge
