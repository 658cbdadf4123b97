// What has no shape before the network runs.
#pragma once

#include "ir/graph.h"

namespace ridge {

/// No tensor, or one whose shape is not known once the inputs' shapes are bound.
bool isDynamic(const Value& value);
/// The op makes its results itself (Op::evaluate), or one of its values is dynamic.
bool isDynamic(const Graph& graph, NodeId id);

}  // namespace ridge
