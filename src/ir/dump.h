// Graphs as text, one line a node: for people, for plan tests and for --dump-dir.
#pragma once

#include <string>

#include "ir/graph.h"

namespace ridge {

/// "input x: float32[N,3,32,32]", then "y: float32[N,16,32,32] = Conv(x, w) {pads=[1,1,1,1]} # name", then
/// "output out = y". Bodies follow their node, indented. Names from the model are escaped.
std::string dump(const Graph& graph);
std::string dumpNode(const Graph& graph, NodeId id);

/// The node's name, else its first output's name: what flags match and messages show.
std::string displayName(const Graph& graph, NodeId id);

}  // namespace ridge
