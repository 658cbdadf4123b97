// Concat(a, b, c) where Concat(a, b) is there already reads that one: chains nest, as in DenseNet, and the
// memory planner can write every part once, in its final place.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/movement/concat.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

int64_t axisOf(const Graph& graph, const Node& node) {
  return normalizeAxis(node.as<ops::ConcatAttributes>().axis, graph.value(node.out[0]).shape.rank());
}

// What a Concat joins once those in its first place are opened: the parts from left to right.
std::vector<ValueId> partsOf(const Graph& graph, NodeId id, int64_t axis) {
  std::vector<ValueId> reversed;
  while (true) {
    const auto& in = graph.node(id).in;
    reversed.insert(reversed.end(), in.rbegin(), in.rend() - 1);
    const NodeId inner = producerOf(graph, in[0], ops::concat);
    if (inner == kNoNode || axisOf(graph, graph.node(inner)) != axis) {
      reversed.push_back(in[0]);
      return {reversed.rbegin(), reversed.rend()};
    }
    id = inner;
  }
}

struct Prefix {
  NodeId node = kNoNode;
  size_t parts = 0;  ///< how many of the wanted parts it joins
};

// Follows the Concats that begin with the first part, each one longer than the one before. A Concat may read
// a value several times: each is looked at once.
Prefix longestPrefix(const Graph& graph, int64_t axis, const std::vector<ValueId>& wanted) {
  Prefix best;
  std::set<NodeId> seen;
  std::vector<std::pair<ValueId, size_t>> pending{{wanted[0], 1}};
  while (!pending.empty()) {
    const auto [value, joined] = pending.back();
    pending.pop_back();
    for (const NodeId user : graph.users(value)) {
      const Node& node = graph.node(user);
      if (node.op != &ops::concat || node.in[0] != value || !seen.insert(user).second) continue;
      const size_t parts = joined + node.in.size() - 1;
      if (axisOf(graph, node) != axis || parts >= wanted.size() ||
          !std::equal(node.in.begin() + 1, node.in.end(),
                      wanted.begin() + static_cast<std::ptrdiff_t>(joined)))
        continue;
      if (parts >= 2 && parts > best.parts) best = {user, parts};
      pending.emplace_back(node.out[0], parts);
    }
  }
  return best;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::concat || !graph.value(node.out[0]).shape.ranked()) return NoMatch{};
  const int64_t axis = axisOf(graph, node);
  const std::vector<ValueId> parts = partsOf(graph, id, axis);
  const Prefix best = longestPrefix(graph, axis, parts);
  const size_t alreadyNested = parts.size() - (node.in.size() - 1);
  if (best.node == kNoNode || best.parts <= alreadyNested) return NoMatch{};

  GraphBuilder builder(graph, {id});
  std::vector<ValueId> in{graph.node(best.node).out[0]};
  in.insert(in.end(), parts.begin() + static_cast<std::ptrdiff_t>(best.parts), parts.end());
  builder.replace(node.out[0], builder.node(ops::concat, node.attrs, std::move(in), displayName(graph, id)));
  return builder.finish(fmt::format("begins with {}", displayName(graph, best.node)));
}

}  // namespace

extern const Pass concatPrefix{.name = "concat_prefix",
                               .summary = "makes a Concat begin with the longest Concat of its first inputs",
                               .run = run};

}  // namespace ridge::passes
