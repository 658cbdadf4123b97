// Structural checks of a graph; the pass driver runs them after every pass.
#pragma once

#include <string>

#include "ir/graph.h"

namespace ridge {

/// Empty when the graph is sound: links agree in both directions, every used value has a producer, is an
/// input or a constant, counts of inputs and outputs fit the ops, no cycle, and the same of all bodies. Else
/// one sentence.
std::string problemOf(const Graph& graph);

}  // namespace ridge
