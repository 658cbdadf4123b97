// BatchNormalization that is no part of a convolution's weights.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/support.h"
#include "base/text.h"

namespace ridge::analyze::lint {
namespace {

/// The normalization is still there once all passes have run.
bool survives(const Subject& subject, const std::string& name) {
  const Graph& graph = subject.lowered();
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    const Origins& from = node.origins;
    if (!node.op->traits.elementwise || std::find(from.begin(), from.end(), name) == from.end()) continue;
    if (node.op == &ops::mul || node.op == &ops::add) return true;
  }
  return false;
}

void judge(const Subject& subject, NodeId id, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Node& node = graph.node(id);
  if (node.op != &ops::batchNormalization) return;
  const NodeId before = graph.producer(node.in[0]);
  if (before == kNoNode || !isActivation(graph.node(before).op)) return;
  if (!comesFromProduct(graph, graph.node(before).in[0]) || !survives(subject, displayName(graph, id)))
    return;
  const double elements = static_cast<double>(graph.value(node.out[0]).shape.count().value_or(0));
  findings.push_back(
      {.layers = {displayName(graph, id)},
       .figure = fmt::format("{:.3g} operations at run time", 2 * elements),
       .sentence = fmt::format(
           "follows the activation '{}' instead of the product before it: its factors cannot become "
           "part of the weights",
           escaped(displayName(graph, before))),
       .remedy = "normalize before the activation: Conv, BatchNormalization, then the activation",
       .seconds = subject.secondsToCompute(2 * elements)});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  for (const NodeId id : subject.graph().order()) judge(subject, id, findings);
}

}  // namespace

extern const Rule lateNormalization{"late-normalization",
                                    "BatchNormalization behind an activation: it cannot be folded", look};

}  // namespace ridge::analyze::lint
