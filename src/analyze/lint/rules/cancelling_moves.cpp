// Transposes and Casts that undo each other.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/movement/transpose.h"

namespace ridge::analyze::lint {
namespace {

/// Nodes that every place of a tensor passes on its own: they may as well stand in front of a Transpose.
bool keepsPlaces(const Node& node) {
  return node.op->traits.elementwise && node.in.size() == 1 && node.out.size() == 1;
}

/// The node of the same op that feeds this one, through at most elementwise nodes of one operand.
NodeId partner(const Graph& graph, NodeId id, bool through) {
  const Op* op = graph.node(id).op;
  ValueId value = graph.node(id).in[0];
  while (true) {
    const NodeId maker = graph.producer(value);
    if (maker == kNoNode) return kNoNode;
    if (graph.node(maker).op == op) return maker;
    if (!through || !keepsPlaces(graph.node(maker)) || !usedOnce(graph, value)) return kNoNode;
    value = graph.node(maker).in[0];
  }
}

bool undoes(const Graph& graph, const Node& first, const Node& second) {
  const Shape& shape = graph.value(first.in[0]).shape;
  if (!shape.ranked()) return false;
  const auto one = first.as<ops::TransposeAttributes>().permutation(shape.rank());
  const auto two = second.as<ops::TransposeAttributes>().permutation(shape.rank());
  for (size_t axis = 0; axis < two.size(); ++axis)
    if (one[static_cast<size_t>(two[axis])] != static_cast<int64_t>(axis)) return false;
  return true;
}

/// The second type holds nothing that the first one lost.
bool losesNothing(DType from, DType through) {
  if (isFloat(from)) return isFloat(through) && bitsOf(through) > bitsOf(from);
  return isInteger(from) && isInteger(through) && bitsOf(through) > bitsOf(from);
}

void judge(const Subject& subject, NodeId id, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Node& node = graph.node(id);
  const bool transposes = node.op == &ops::transpose;
  if (!transposes && node.op != &ops::cast) return;
  const NodeId first = partner(graph, id, transposes);
  if (first == kNoNode) return;
  const DType from = graph.value(graph.node(first).in[0]).type, to = graph.value(node.out[0]).type;
  if (transposes ? !undoes(graph, graph.node(first), node)
                 : from != to || !losesNothing(from, graph.value(node.in[0]).type))
    return;
  const bool adjacent = graph.producer(node.in[0]) == first;
  const double bytes = 2 * (subject.bytesOf(graph, node.in[0]) + subject.bytesOf(graph, node.out[0]));
  findings.push_back(
      {.matter = adjacent && transposes ? Matter::cleanup : Matter::time,
       .layers = {displayName(graph, first), displayName(graph, id)},
       .figure = formatBytes(static_cast<int64_t>(bytes)) + " moved",
       .sentence = fmt::format("the second {} undoes the first{}", displayName(*node.op),
                               adjacent ? "" : "; what stands between them works in either order"),
       .remedy = "remove both",
       .seconds = subject.secondsToMove(bytes) + 2 * subject.roof().launchSeconds});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  for (const NodeId id : subject.graph().order()) judge(subject, id, findings);
}

}  // namespace

extern const Rule cancellingMoves{"cancelling-moves", "Transposes and Casts that undo each other", look};

}  // namespace ridge::analyze::lint
