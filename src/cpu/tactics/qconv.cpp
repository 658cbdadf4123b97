// ridge.qconv over channels-last bytes.
#include "cpu/conv_spec.h"
#include "cpu/integer_step.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

IntegerSums sumsOf(const KernelSpec& spec) {
  requireSpec(spec.params.size() == kConvParams + kSumParams, spec,
              "an integer convolution has 21 parameters");
  IntegerSums sums;
  sums.shape = convShapeOf(spec, std::span(spec.params).first(kConvParams));
  sums.in = activationStrides(spec.in[0]);
  sums.out = activationStrides(spec.out[0]);
  bool last = isChannelsLast(spec.in[0]) && isChannelsLast(spec.out[0]);
  if (spec.in.size() > ops::kQResidual && spec.in[ops::kQResidual].at.space != Space::none) {
    const ArraySpec& residual = spec.in[ops::kQResidual];
    requireSpec(residual.dims == spec.out[0].dims, spec, "its residual is not like its output");
    last = last && isChannelsLast(residual);
    sums.residual = activationStrides(residual);
  }
  requireSpec(last, spec, "an integer convolution reads and writes channels side by side");
  return sums;
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::qConv) return;
  if (std::string why = whyNoIntegerSums(graph, region); !why.empty())
    return proposals.refusals.push_back({"qconv", why});
  const Node& node = graph.node(region.anchor());
  const auto& attrs = node.as<ops::QConvAttributes>();
  Candidate candidate = integerSumsCandidate(graph, region, "qconv", attrs.group);
  candidate.params = convParams(graph, region.anchor());
  addSumParams(candidate.params, attrs);
  candidate.inputOrders[ops::kQData] = candidate.outputOrders[0] = Order::channelsLast;
  if (region.inputs.size() > ops::kQResidual) candidate.inputOrders[ops::kQResidual] = Order::channelsLast;
  candidate.stridedInputs = candidate.stridedOutputs = true;
  KernelSpec spec;
  spec.params = candidate.params;
  for (const ValueId input : {node.in[ops::kQData], node.in[ops::kQWeight]}) {
    const Dims dims = graph.value(input).shape.staticDims();
    spec.in.push_back({graph.value(input).type, dims, denseStrides(dims, Order::channelsLast), {}});
  }
  const Dims dims = graph.value(node.out[0]).shape.staticDims();
  spec.out = {{graph.value(node.out[0]).type, dims, denseStrides(dims, Order::channelsLast), {}}};
  const IntegerSums sums = sumsOf(spec);
  candidate.workspace = IntegerConv(sums.shape, sums.in, sums.out).workspace();
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return makeIntegerSums(spec, sumsOf(spec));
}

}  // namespace

const Tactic kQConv{"qconv", propose, compile, packIntegerSums};

}  // namespace ridge::cpu
