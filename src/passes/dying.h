// Which source nodes a patch takes away, for `explain`.
#pragma once

#include <string>
#include <vector>

#include "ir/patch.h"

namespace ridge {

/// Origins of the nodes that `patch`, once applied, leaves without a reader (of all that nobody reads, when
/// it is empty), sorted; those of new nodes stay among them where these stand for others.
Origins dyingSources(const Graph& graph, const Patch& patch);

}  // namespace ridge
