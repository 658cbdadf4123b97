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
  std::vector<ValueId> parts;
  NodeId current = id;
  while (true) {
    const auto& in = graph.node(current).in;
    parts.insert(parts.begin(), in.begin() + 1, in.end());
    const NodeId inner = producerOf(graph, in[0], ops::concat);
    if (inner == kNoNode || axisOf(graph, graph.node(inner)) != axis) {
      parts.insert(parts.begin(), in[0]);
      return parts;
    }
    current = inner;
  }
}

bool isPrefix(const std::vector<ValueId>& shorter, const std::vector<ValueId>& longer) {
  return shorter.size() < longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

struct Prefix {
  NodeId node = kNoNode;
  size_t parts = 0;
};

// Follows the Concats that begin with `first`, each one longer than the one before. A Concat may read a value
// several times: each is looked at once.
Prefix longestPrefix(const Graph& graph, ValueId first, int64_t axis, const std::vector<ValueId>& wanted) {
  Prefix best;
  std::set<NodeId> seen;
  std::vector<ValueId> pending{first};
  while (!pending.empty()) {
    const ValueId value = pending.back();
    pending.pop_back();
    for (const NodeId user : graph.users(value)) {
      const Node& node = graph.node(user);
      if (node.op != &ops::concat || node.in[0] != value || !seen.insert(user).second) continue;
      if (axisOf(graph, node) != axis) continue;
      const auto parts = partsOf(graph, user, axis);
      if (parts.size() < 2 || !isPrefix(parts, wanted)) continue;
      if (parts.size() > best.parts) best = {user, parts.size()};
      pending.push_back(node.out[0]);
    }
  }
  return best;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::concat || !graph.value(node.out[0]).shape.ranked()) return NoMatch{};
  const int64_t axis = axisOf(graph, node);
  const std::vector<ValueId> parts = partsOf(graph, id, axis);
  const Prefix best = longestPrefix(graph, parts[0], axis, parts);
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
