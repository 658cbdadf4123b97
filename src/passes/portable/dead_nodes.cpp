// Drops nodes that no output of the graph needs.
#include <fmt/format.h>

#include <vector>

#include "passes/pass.h"

namespace ridge::passes {
namespace {

std::vector<bool> neededNodes(const Graph& graph) {
  std::vector<bool> needed(static_cast<size_t>(graph.nodeCount()), false);
  std::vector<ValueId> pending;
  for (const auto& output : graph.outputs()) pending.push_back(output.value);
  while (!pending.empty()) {
    const ValueId value = pending.back();
    pending.pop_back();
    const NodeId id = value == kNoValue ? kNoNode : graph.producer(value);
    if (id == kNoNode || needed[static_cast<size_t>(id)]) continue;
    needed[static_cast<size_t>(id)] = true;
    pending.insert(pending.end(), graph.node(id).in.begin(), graph.node(id).in.end());
  }
  return needed;
}

Rewrite run(const Graph& graph, const PassContext&) {
  const std::vector<bool> needed = neededNodes(graph);
  int dead = 0;
  for (NodeId id = 0; id < graph.nodeCount(); ++id)
    if (graph.alive(id) && !needed[static_cast<size_t>(id)]) ++dead;
  if (dead == 0) return NoMatch{};
  return GraphBuilder(graph, {}).finish(fmt::format("{} nodes that no output needs dropped", dead));
}

}  // namespace

extern const Pass deadNodes{
    .name = "dead_nodes", .summary = "drops nodes that no output needs", .runGraph = run};

}  // namespace ridge::passes
