// Concat(a, b, c) where Concat(a, b) is there already reads that one: chains nest, as in DenseNet, and the
// memory planner can write every part once, in its final place.
#include <fmt/format.h>

#include <algorithm>

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

// Follows the Concats that begin with `value`, each one longer than the one before.
void search(const Graph& graph, ValueId value, int64_t axis, const std::vector<ValueId>& wanted,
            Prefix& best) {
  for (const NodeId user : graph.users(value)) {
    const Node& node = graph.node(user);
    if (node.op != &ops::concat || node.in[0] != value || axisOf(graph, node) != axis) continue;
    const auto parts = partsOf(graph, user, axis);
    if (parts.size() < 2 || !isPrefix(parts, wanted)) continue;
    if (parts.size() > best.parts) best = {user, parts.size()};
    search(graph, node.out[0], axis, wanted, best);
  }
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::concat || !graph.value(node.out[0]).shape.ranked()) return NoMatch{};
  const int64_t axis = axisOf(graph, node);
  const std::vector<ValueId> parts = partsOf(graph, id, axis);
  Prefix best;
  search(graph, parts[0], axis, parts, best);
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
