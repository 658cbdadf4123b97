// Dynamic islands: nodes whose results have no shape before the network runs, or are no tensors, together in
// one step that the evaluator runs. Their values live in slots of the context.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// By node: even where plans run it (those in `planned` too), odd where it belongs to the island of that
/// number. Every node comes after those it depends on when they run by level.
std::vector<int> islandLevels(const Graph& graph, const std::set<NodeId>& planned);

struct Island {
  std::vector<NodeId> members;    ///< in topological order
  std::vector<ValueId> inputs;    ///< static tensors that it reads; constants belong to it
  std::vector<ValueId> slotsIn;   ///< dynamic values of earlier islands
  std::vector<ValueId> outputs;   ///< static tensors that others read
  std::vector<ValueId> slotsOut;  ///< dynamic values that later islands or the caller read
};

/// The island of these nodes; values in `taps` are read too.
Island islandOf(const Graph& graph, std::vector<NodeId> members, const std::set<ValueId>& taps);

/// Its nodes as a graph of their own: inputs, then slotsIn; outputs, then slotsOut.
std::shared_ptr<const Graph> islandGraph(const Graph& graph, const Island& island);

}  // namespace ridge
