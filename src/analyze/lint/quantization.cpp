#include "analyze/lint/quantization.h"

#include <algorithm>

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
  for (NodeId maker = value == kNoValue ? kNoNode : graph.producer(value); maker != kNoNode;) {
    const Node& node = graph.node(maker);
    if (node.op == &ops::dequantizeLinear) return maker;
    if (node.op == &ops::concat) {
      const bool all = std::all_of(node.in.begin(), node.in.end(),
                                   [&](ValueId in) { return dequantizerOf(graph, in) != kNoNode; });
      if (!all) return kNoNode;
    } else if (node.op != &ops::maxPool && !node.op->traits.commutesWithQdq) {
      return kNoNode;
    }
    if (node.in.empty()) return kNoNode;
    maker = graph.producer(node.in[0]);
  }
  return kNoNode;
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
  const auto users = graph.users(value);
  return !users.empty() && !graph.isOutput(value) &&
         std::all_of(users.begin(), users.end(), [&](NodeId user) {
           const Node& node = graph.node(user);
           return node.op == &ops::quantizeLinear ||
                  (isEpilogue(node.op) && isQuantizedAfter(graph, node.out[0]));
         });
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
