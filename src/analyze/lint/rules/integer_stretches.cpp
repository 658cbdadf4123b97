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

constexpr const Op* kFloating[] = {&ops::sigmoid,
                                   &ops::hardSigmoid,
                                   &ops::tanh,
                                   &ops::softmax,
                                   &ops::exp,
                                   &ops::log,
                                   &ops::sqrt,
                                   &ops::div,
                                   &ops::pow,
                                   &ops::erf,
                                   &ops::softplus,
                                   &ops::mish,
                                   &ops::softsign,
                                   &ops::elu,
                                   &ops::selu,
                                   &ops::celu,
                                   &ops::silu,
                                   &ops::swish,
                                   &ops::hardSwish,
                                   &ops::reciprocal,
                                   &ops::gelu,
                                   &ops::logSoftmax,
                                   &ops::sin,
                                   &ops::cos,
                                   &ops::tan,
                                   &ops::sinh,
                                   &ops::cosh,
                                   &ops::instanceNormalization,
                                   &ops::lrn,
                                   &ops::lpPool,
                                   &ops::groupNormalization,
                                   &ops::lpNormalization,
                                   &ops::reduceL2,
                                   &ops::reduceLogSumExp,
                                   &ops::reduceLogSum,
                                   &ops::meanVarianceNormalization,
                                   &ops::hardmax,
                                   &ops::layerNormalization,
                                   &ops::rmsNormalization,
                                   &ops::globalLpPool};

bool breaks(const Graph& graph, const ProductReach& reach, NodeId id) {
  const Node& node = graph.node(id);
  if (std::find(std::begin(kFloating), std::end(kFloating), node.op) == std::end(kFloating)) return false;
  if (!isFloat(graph.value(node.out[0]).type)) return false;
  if (node.op == &ops::div && reach.isWeight(node.in[1])) return false;  // a scale
  return reach.comesFromProduct(node.in[0]) && reach.feedsProduct(id);
}

/// Elements that are read and written in floating point instead of as bytes.
double extraBytes(const Subject& subject, const Graph& graph, const Node& node) {
  const auto extra = [&](ValueId value) {
    return static_cast<double>(elementsOf(graph, value)) * bytesBeyondInt8(subject, graph.value(value).type);
  };
  double bytes = extra(node.out[0]);
  for (const ValueId in : node.in)
    if (in != kNoValue && !graph.constant(in)) bytes += extra(in);
  return bytes;
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  // Passes turn the products of a quantized network into integer ones.
  const Graph& graph = subject.quantized() ? subject.graph() : subject.lowered();
  const ProductReach& reach = subject.quantized() ? subject.reach() : subject.loweredReach();
  std::map<std::string, std::vector<NodeId>> byOp;
  for (const NodeId id : graph.order())
    if (breaks(graph, reach, id)) byOp[displayName(*graph.node(id).op)].push_back(id);
  for (const auto& [op, nodes] : byOp) {
    Finding finding;
    double bytes = 0;
    for (const NodeId id : nodes) {
      bytes += extraBytes(subject, graph, graph.node(id));
      for (std::string& source : sourcesOf(graph, id)) finding.layers.push_back(std::move(source));
    }
    finding.figure = formatBytes(toCount(bytes)) + " more traffic";
    finding.sentence = fmt::format(
        "{} of {} between convolutions or products: quantized to 8 bits, the stretch is left and entered "
        "again there",
        counted(static_cast<int64_t>(nodes.size()), "node"), op);
    finding.remedy = graph.node(nodes.front()).op == &ops::softmax
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
