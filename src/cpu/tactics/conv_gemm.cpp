// Convolution as tiles of the GEMM family: implicit over channels-last input, strips of any other.
#include <algorithm>

#include "base/cpu.h"
#include "cpu/conv_step.h"
#include "cpu/cost.h"
#include "cpu/tactics/tactics.h"
#include "ops/conv/conv.h"

namespace ridge::cpu {

namespace {

/// The input is added to the result too: it must lie as the result does.
bool addsItsInput(const Region& region) {
  const std::vector<Operand>& operands = region.epilogue.in;
  return std::any_of(operands.begin(), operands.end(), [&](const Operand& operand) {
    return !operand.isAccumulator() && operand.value == region.inputs[0];
  });
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  std::string why;
  if (!isPlainConv(graph, region, why)) {
    if (!why.empty()) proposals.refusals.push_back({"conv_gemm", why});
    return;
  }
  const Dims input = graph.value(region.inputs[0]).shape.staticDims();
  const Node& node = graph.node(region.anchor());
  const int64_t macs = node.op->cost(node, graph).macs;
  const int64_t groups = node.as<ConvAttributes>().group;
  const Dims weight = graph.value(node.in[1]).shape.staticDims();
  for (Order order : {Order::channelsLast, Order::plain}) {
    Candidate candidate = convCandidate(graph, region, order);
    candidate.tactic = "conv_gemm";
    candidate.packings = {{{node.in[1]}, "conv_gemm", {groups, static_cast<int64_t>(activeIsa())}}};
    candidate.workspace = convWorkspace<ConvGemm>(graph, region, candidate);
    // Few channels a group leave most of a vector idle.
    const double lanes =
        std::min<double>(16, static_cast<double>(weight[0]) / static_cast<double>(groups)) / 16;
    const double share = 0.7 * lanes * (order == Order::plain ? 0.8 : 1.0);
    candidate.estimateNs = arithmeticNs(macs, share) + memoryNs(bytesMoved(graph, region));
    proposals.candidates.push_back(std::move(candidate));
    if (input[1] == 1 || addsItsInput(region)) break;
  }
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<ConvStep<ConvGemm>>(spec);
}

}  // namespace

const Tactic kConvGemm{"conv_gemm", propose, compile, packConv<ConvGemm>};

}  // namespace ridge::cpu
