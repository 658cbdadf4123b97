// Depthwise convolution over channels-last arrays.
#include "base/cpu.h"
#include "cpu/conv_step.h"
#include "cpu/cost.h"
#include "cpu/kernels/depthwise/depthwise.h"
#include "cpu/tactics/tactics.h"
#include "ops/conv/conv.h"

namespace ridge::cpu {

namespace {

bool isDepthwise(const ConvShape& shape) {
  return shape.groups == shape.inChannels && shape.groups > 1;
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  std::string why;
  if (!isPlainConv(graph, region, why)) return;  // conv_gemm says why
  const Node& node = graph.node(region.anchor());
  const int64_t groups = node.as<ConvAttributes>().group;
  if (groups == 1 || graph.value(node.in[1]).shape[1].value() != 1) return;
  Candidate candidate = convCandidate(graph, region, Order::channelsLast);
  candidate.tactic = "conv_depthwise";
  candidate.packings = {{{node.in[1]}, "conv_depthwise", {groups, static_cast<int64_t>(activeIsa())}}};
  candidate.workspace = convWorkspace<DepthwiseConv>(graph, region, candidate);
  candidate.estimateNs =
      arithmeticNs(node.op->cost(node, graph).macs, 0.3) + memoryNs(bytesMoved(graph, region));
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  requireSpec(isDepthwise(convShapeOf(spec)) && isChannelsLast(spec.in[0]), spec,
              "a depthwise convolution has one input channel a group, side by side");
  return std::make_unique<ConvStep<DepthwiseConv>>(spec);
}

}  // namespace

const Tactic kConvDepthwise{"conv_depthwise", propose, compile, packConv<DepthwiseConv>};

}  // namespace ridge::cpu
