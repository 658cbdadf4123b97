// BatchNormalization, biases and factors that are no part of a product's weights.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/support.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

/// Source nodes of factors and summands that are still there once all passes have run.
std::set<std::string> survivors(const Subject& subject) {
  std::set<std::string> names;
  const Graph& graph = subject.lowered();
  for (const NodeId id : graph.order())
    if (const Node& node = graph.node(id); node.op == &ops::mul || node.op == &ops::add)
      names.insert(node.origins.begin(), node.origins.end());
  return names;
}

/// A BatchNormalization, or a sum with or product by one number for each channel.
bool isAffine(const Graph& graph, const Node& node) {
  if (node.op == &ops::batchNormalization) return true;
  if (node.op != &ops::add && node.op != &ops::mul) return false;
  const auto operand = constantOperand(graph, node);
  if (!operand || !graph.value(operand->variable).shape.ranked()) return false;
  const int64_t many = elementsOf(graph, operand->constant);
  const Shape &shape = graph.value(operand->constant).shape, &map = graph.value(operand->variable).shape;
  if (many <= 1 || !shape.isStatic() || !map.isStatic()) return false;
  const Dims dims = shape.staticDims(), all = map.staticDims();
  const auto wide = std::find_if(dims.begin(), dims.end(), [](int64_t dim) { return dim > 1; });
  const auto fromEnd = static_cast<size_t>(dims.end() - wide);
  // The channels of maps, or the columns of a product.
  const bool channels = all.size() > 2 && fromEnd + 1 == all.size(), columns = all.size() < 4 && fromEnd == 1;
  return *wide == many && (channels || columns);
}

/// A product makes the value, perhaps with a bias of its own.
bool isProductBefore(const Graph& graph, ValueId value) {
  NodeId maker = graph.producer(value);
  while (maker != kNoNode && isAffine(graph, graph.node(maker))) {
    const auto operand = constantOperand(graph, graph.node(maker));
    const ValueId before = operand ? operand->variable : graph.node(maker).in[0];
    maker = graph.producer(before);
  }
  return maker != kNoNode && isProduct(graph.node(maker).op);
}

void judge(const Subject& subject, NodeId id, const std::set<std::string>& surviving,
           std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Node& node = graph.node(id);
  if (!isAffine(graph, node)) return;
  // A single factor or summand behind the last product may be the output's own unit.
  if (node.op != &ops::batchNormalization && !subject.reach().feedsProduct(id)) return;
  const auto operand = constantOperand(graph, node);
  const ValueId data = node.op == &ops::batchNormalization || !operand ? node.in[0] : operand->variable;
  const NodeId before = graph.producer(data);
  if (before == kNoNode || !isActivation(graph.node(before).op)) return;
  if (!isProductBefore(graph, graph.node(before).in[0]) || !surviving.contains(displayName(graph, id)))
    return;
  const double elements = static_cast<double>(graph.value(node.out[0]).shape.count().value_or(0));
  const double each = node.op == &ops::batchNormalization ? 2 : 1;
  findings.push_back(
      {.layers = {displayName(graph, id)},
       .figure = fmt::format("{:.3g} operations at run time", each * elements),
       .sentence = fmt::format(
           "follows the activation '{}' instead of the product before it: its factors cannot become "
           "part of the weights",
           escaped(displayName(graph, before))),
       .remedy = fmt::format("put it before the activation: product, {}, then the activation",
                             displayName(*node.op)),
       .seconds = subject.secondsToCompute(each * elements),
       .slip = true});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const std::set<std::string> surviving = survivors(subject);
  for (const NodeId id : subject.graph().order()) judge(subject, id, surviving, findings);
}

}  // namespace

extern const Rule lateNormalization{
    "late-normalization", "BatchNormalization and biases behind an activation: they cannot be folded", look};

}  // namespace ridge::analyze::lint
