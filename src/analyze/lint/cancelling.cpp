#include "analyze/lint/cancelling.h"

#include "ir/matcher.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"

namespace ridge::analyze::lint {

namespace {

/// One number, which broadcasts in any order of axes alike. Its rank, if larger, would become the result's.
bool isNumber(const Graph& graph, ValueId value, int64_t rank) {
  const Tensor* constant = graph.constant(value);
  return constant && constant->count() == 1 && static_cast<int64_t>(constant->dims().size()) <= rank;
}

/// The operand of a node that every place of it passes on its own, beside constant numbers at most; kNoValue
/// for all other nodes. Such a node may as well stand in front of a Transpose.
ValueId operandKept(const Graph& graph, const Node& node) {
  if (!node.op->traits.elementwise || node.out.size() != 1) return kNoValue;
  ValueId kept = kNoValue;
  for (const ValueId in : node.in) {
    if (in == kNoValue || graph.constant(in)) continue;
    if (kept != kNoValue) return kNoValue;
    kept = in;
  }
  if (kept == kNoValue || !graph.value(kept).shape.ranked()) return kNoValue;
  const int64_t rank = graph.value(kept).shape.rank();
  for (const ValueId in : node.in)
    if (in != kNoValue && in != kept && !isNumber(graph, in, rank)) return kNoValue;
  return kept;
}

/// The node of the same op that feeds this one, through at most such nodes.
NodeId partner(const Graph& graph, NodeId id, bool through) {
  const Op* op = graph.node(id).op;
  ValueId value = graph.node(id).in[0];
  while (true) {
    const NodeId maker = graph.producer(value);
    if (maker == kNoNode) return kNoNode;
    if (graph.node(maker).op == op) return maker;
    if (!through || !usedOnce(graph, value)) return kNoNode;
    value = operandKept(graph, graph.node(maker));
    if (value == kNoValue) return kNoNode;
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

bool cancel(const Graph& graph, NodeId first, NodeId second) {
  const Node &one = graph.node(first), &two = graph.node(second);
  if (two.op == &ops::transpose) return undoes(graph, one, two);
  const DType from = graph.value(one.in[0]).type, through = graph.value(two.in[0]).type;
  return from == graph.value(two.out[0]).type && losesNothing(from, through);
}

}  // namespace

std::vector<CancellingPair> cancellingPairs(const Graph& graph) {
  std::vector<CancellingPair> pairs;
  for (const NodeId id : graph.order()) {
    const Op* op = graph.node(id).op;
    if (op != &ops::transpose && op != &ops::cast) continue;
    const NodeId first = partner(graph, id, op == &ops::transpose);
    if (first == kNoNode || !cancel(graph, first, id)) continue;
    pairs.push_back({first, id, graph.producer(graph.node(id).in[0]) == first});
  }
  return pairs;
}

}  // namespace ridge::analyze::lint
