#include "analyze/lint/quantization.h"

#include <algorithm>
#include <set>
#include <vector>

#include "ops/quantize/quantize.h"

namespace ridge::analyze::lint {

namespace {

/// What a kernel of integers does on the way to its Q.
bool isEpilogue(const Op* op) {
  return op == &ops::relu || op == &ops::clip || op == &ops::batchNormalization || op == &ops::leakyRelu;
}

bool sameConstant(const Graph& graph, ValueId a, ValueId b) {
  if (a == b) return true;
  const Tensor *left = graph.constant(a), *right = graph.constant(b);
  return left && right && left->sameAs(*right);
}

}  // namespace

NodeId dequantizerOf(const Graph& graph, ValueId value) {
  NodeId first = kNoNode;
  std::vector<ValueId> open{value};
  std::set<ValueId> seen;
  while (!open.empty()) {
    const ValueId at = open.back();
    open.pop_back();
    if (at == kNoValue || graph.producer(at) == kNoNode) return kNoNode;
    if (!seen.insert(at).second) continue;
    const Node& node = graph.node(graph.producer(at));
    if (node.op == &ops::dequantizeLinear) {
      if (first == kNoNode) first = graph.producer(at);
    } else if (node.op == &ops::concat) {
      open.insert(open.end(), node.in.rbegin(), node.in.rend());  // the first operand comes next
    } else if ((node.op == &ops::maxPool || node.op->traits.commutesWithQdq) && !node.in.empty()) {
      open.push_back(node.in[0]);
    } else {
      return kNoNode;
    }
  }
  return first;
}

bool isQuantizedProduct(const Graph& graph, NodeId id) {
  if (id == kNoNode || !isProduct(graph.node(id).op)) return false;
  const Node& node = graph.node(id);
  return dequantizerOf(graph, node.in[0]) != kNoNode && dequantizerOf(graph, node.in[1]) != kNoNode;
}

NodeId productBehind(const Graph& graph, ValueId value) {
  NodeId maker = value == kNoValue ? kNoNode : graph.producer(value);
  while (maker != kNoNode && isEpilogue(graph.node(maker).op))
    maker = graph.producer(graph.node(maker).in[0]);
  return maker != kNoNode && isProduct(graph.node(maker).op) ? maker : kNoNode;
}

bool isQuantizedAfter(const Graph& graph, ValueId value) {
  std::vector<ValueId> open{value};
  std::set<ValueId> seen;
  while (!open.empty()) {
    const ValueId at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    if (graph.users(at).empty() || graph.isOutput(at)) return false;
    for (const NodeId user : graph.users(at)) {
      const Node& node = graph.node(user);
      if (isEpilogue(node.op))
        open.push_back(node.out[0]);
      else if (node.op != &ops::quantizeLinear)
        return false;
    }
  }
  return true;
}

std::optional<Steps> stepsOf(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const Tensor *scale = graph.constant(node.in[1]), *zero = graph.constant(inputOf(node, 2));
  if (!scale || (inputOf(node, 2) != kNoValue && !zero)) return std::nullopt;
  Steps steps{.scale = toDoubles(*scale), .zero = {}};
  if (zero && isInteger(zero->type())) steps.zero = toInts(*zero);
  return steps;
}

bool sameSteps(const Graph& graph, NodeId dequantize, NodeId quantize) {
  const Node &from = graph.node(dequantize), &to = graph.node(quantize);
  if (graph.value(from.in[0]).type != graph.value(to.out[0]).type) return false;
  const auto one = stepsOf(graph, dequantize), two = stepsOf(graph, quantize);
  if (!one || !two || !sameConstant(graph, from.in[1], to.in[1])) return false;
  const auto isZero = [](int64_t zero) { return zero == 0; };
  const bool sameZero = one->zero == two->zero || (std::all_of(one->zero.begin(), one->zero.end(), isZero) &&
                                                   std::all_of(two->zero.begin(), two->zero.end(), isZero));
  const auto& a = from.as<ops::DequantizeAttributes>();
  const auto& b = to.as<ops::QuantizeAttributes>();
  return sameZero && (one->scale.size() == 1 || a.axis == b.axis) && a.blockSize == b.blockSize;
}

}  // namespace ridge::analyze::lint
