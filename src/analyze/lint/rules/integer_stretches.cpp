// Ops that must run in floating point in the middle of what could be computed with integers throughout.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

constexpr const Op* kFloating[] = {&ops::sigmoid,  &ops::hardSigmoid, &ops::tanh,      &ops::softmax,
                                   &ops::exp,      &ops::log,         &ops::sqrt,      &ops::div,
                                   &ops::pow,      &ops::erf,         &ops::softplus,  &ops::mish,
                                   &ops::softsign, &ops::elu,         &ops::selu,      &ops::celu,
                                   &ops::silu,     &ops::swish,       &ops::hardSwish, &ops::reciprocal};

/// Which nodes have a product anywhere before them, and which anywhere after.
struct Reach {
  std::vector<bool> after, before;

  explicit Reach(const Graph& graph)
      : after(static_cast<size_t>(graph.nodeCount())), before(static_cast<size_t>(graph.nodeCount())) {
    const std::vector<NodeId> order = graph.order();
    const auto spread = [&](std::vector<bool>& reached, NodeId from, NodeId to) {
      if (from != kNoNode && (isProduct(graph.node(from).op) || reached[static_cast<size_t>(from)]))
        reached[static_cast<size_t>(to)] = true;
    };
    for (const NodeId id : order)
      for (const ValueId in : graph.node(id).in)
        if (in != kNoValue) spread(after, graph.producer(in), id);
    for (auto id = order.rbegin(); id != order.rend(); ++id)
      for (const ValueId out : graph.node(*id).out)
        if (out != kNoValue)
          for (const NodeId user : graph.users(out)) spread(before, user, *id);
  }
};

bool breaks(const Graph& graph, const Reach& reach, NodeId id) {
  const Node& node = graph.node(id);
  if (std::find(std::begin(kFloating), std::end(kFloating), node.op) == std::end(kFloating)) return false;
  if (!isFloat(graph.value(node.out[0]).type)) return false;
  if (node.op == &ops::div && graph.constant(node.in[1])) return false;  // a scale
  return reach.after[static_cast<size_t>(id)] && reach.before[static_cast<size_t>(id)];
}

/// Elements that are read and written as float32 instead of bytes.
double extraBytes(const Graph& graph, const Node& node) {
  double elements = static_cast<double>(elementsOf(graph, node.out[0]));
  for (const ValueId in : node.in)
    if (in != kNoValue && !graph.constant(in)) elements += static_cast<double>(elementsOf(graph, in));
  return 3 * elements;
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  if (subject.quantized()) return;
  const Graph& graph = subject.lowered();
  const Reach reach(graph);
  std::map<std::string, std::vector<NodeId>> byOp;
  for (const NodeId id : graph.order())
    if (breaks(graph, reach, id)) byOp[displayName(*graph.node(id).op)].push_back(id);
  for (const auto& [op, nodes] : byOp) {
    Finding finding;
    double bytes = 0;
    for (const NodeId id : nodes) {
      bytes += extraBytes(graph, graph.node(id));
      for (std::string& source : sourcesOf(graph, id)) finding.layers.push_back(std::move(source));
    }
    finding.figure = formatBytes(toCount(bytes)) + " more traffic";
    finding.sentence = fmt::format(
        "{} of {} between convolutions or products: quantized to 8 bits, the stretch is left and entered "
        "again there",
        counted(nodes.size(), "node"), op);
    finding.remedy = op == "Softmax"
                         ? "leave it in floating point and quantize around it"
                         : "use Relu or a clamp (Relu6), or divide by a constant, if the network is to be "
                           "quantized";
    finding.seconds = subject.secondsToMove(bytes);
    findings.push_back(std::move(finding));
  }
}

}  // namespace

extern const Rule integerStretches{
    "integer-stretches", "Sigmoid, Softmax, Div and the like where 8 bits could run through otherwise", look};

}  // namespace ridge::analyze::lint
