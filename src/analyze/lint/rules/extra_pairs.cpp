// Q/DQ pairs that a quantized network does not need.
#include <fmt/format.h>

#include "analyze/lint/quantization.h"
#include "base/text.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

void judge(const Subject& subject, NodeId quantize, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Node& node = graph.node(quantize);
  if (node.op != &ops::quantizeLinear) return;
  const NodeId before = producerOf(graph, node.in[0], ops::dequantizeLinear);
  if (before == kNoNode) return;
  const bool same = sameSteps(graph, before, quantize);
  const double bytes = subject.bytesOf(graph, graph.node(before).in[0]) + subject.bytesOf(graph, node.out[0]);
  findings.push_back(
      {.layers = {displayName(graph, before), displayName(graph, quantize)},
       .figure = formatBytes(toCount(bytes)) + " moved",
       .sentence =
           same
               ? "dequantizes and quantizes again with the same scale: the bytes stay as they are"
               : "dequantizes and quantizes again with another scale: every element is rounded a second time",
       .remedy = same ? "remove both" : "let the first quantization use the second scale, and remove both",
       .seconds = subject.secondsToMove(bytes) + subject.roof().launchSeconds});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  for (const NodeId id : subject.graph().order()) judge(subject, id, findings);
}

}  // namespace

extern const Rule extraPairs{"extra-pairs",
                             "quantized networks: pairs that change nothing, or only the scale", look};

}  // namespace ridge::analyze::lint
