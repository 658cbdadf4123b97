// Two nodes that compute the same from the same become one.
#include <fmt/format.h>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

bool computeTheSame(const Node& a, const Node& b) {
  if (a.op != b.op || a.in != b.in || a.out.size() != b.out.size()) return false;
  for (size_t at = 0; at < a.out.size(); ++at)
    if (a.out[at] != kNoValue && b.out[at] == kNoValue) return false;
  return a.bodies.empty() && b.bodies.empty() && sameAttributes(a.attrs, b.attrs);
}

// Any twin reads the same values; the one with fewest readers is the one to ask.
ValueId leastUsedInput(const Graph& graph, const Node& node) {
  ValueId least = kNoValue;
  for (const ValueId input : node.in)
    if (input != kNoValue && (least == kNoValue || graph.users(input).size() < graph.users(least).size()))
      least = input;
  return least;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  // An Identity that is still here keeps an output apart from another value.
  if (!node.op->traits.deterministic || node.op->traits.opaque || node.op == &ops::identity) return NoMatch{};
  const ValueId shared = leastUsedInput(graph, node);
  if (shared == kNoValue) return NoMatch{};
  for (const NodeId twin : graph.users(shared)) {
    if (twin >= id || !computeTheSame(node, graph.node(twin))) continue;
    GraphBuilder builder(graph, {twin, id});
    for (size_t at = 0; at < node.out.size(); ++at)
      if (node.out[at] != kNoValue) builder.replace(node.out[at], graph.node(twin).out[at]);
    return builder.finish(fmt::format("computes the same as {}", displayName(graph, twin)));
  }
  return NoMatch{};
}

}  // namespace

extern const Pass duplicateNodes{.name = "duplicate_nodes",
                                 .summary = "keeps one of several nodes that compute the same from the same",
                                 .run = run};

}  // namespace ridge::passes
