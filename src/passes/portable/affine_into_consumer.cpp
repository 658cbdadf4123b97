// BatchNormalization, Mul, Div, Add or Sub with one constant number a channel goes into the Conv after it. A
// shift only where the Conv pads nothing: its padding is zero after the shift, not before.
#include <fmt/format.h>

#include <algorithm>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "passes/channel_affine.h"
#include "passes/pass.h"
#include "passes/window.h"

namespace ridge::passes {
namespace {

bool isZero(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == 0; });
}

struct Folded {
  std::vector<double> weights, bias;
};

// W[m,c,k...] * (scale[c] * x + shift[c]) summed over c and k.
Folded fold(const Tensor& weights, int64_t group, std::vector<double> bias, const ChannelAffine& affine) {
  const auto outputs = static_cast<size_t>(weights.dims()[0]);
  const auto inputs = static_cast<size_t>(weights.dims()[1]);  // of one group
  const size_t kernel = outputs * inputs == 0 ? 0 : static_cast<size_t>(weights.count()) / (outputs * inputs);
  const size_t groupOutputs = outputs / static_cast<size_t>(group);
  Folded folded{.weights = toDoubles(weights), .bias = std::move(bias)};
  for (size_t m = 0; m < outputs; ++m)
    for (size_t c = 0; c < inputs; ++c) {
      const size_t channel = m / groupOutputs * inputs + c;
      for (size_t k = 0; k < kernel; ++k) {
        double& weight = folded.weights[(m * inputs + c) * kernel + k];
        folded.bias[m] += weight * affine.shift[channel];
        weight *= affine.scale[channel];
      }
    }
  return folded;
}

Rewrite foldIntoConv(const Graph& graph, NodeId conv, NodeId before, const ChannelAffine& affine) {
  const Node& node = graph.node(conv);
  const auto& attrs = node.as<ConvAttributes>();
  if (!usedOnce(graph, node.in[0]))
    return Declined{fmt::format("'{}' is also read elsewhere", graph.value(node.in[0]).name)};
  if (!isZero(affine.shift) && !padsNothing(attrs))
    return Declined{"the Conv pads with zeros, which a shift before it would not be"};
  const Tensor& weights = graph.value(node.in[1]).constant;
  const ValueId bias = inputOf(node, 2);
  if (bias != kNoValue && !graph.constant(bias)) return Declined{"the bias is not constant"};
  const int64_t outputs = weights.dims()[0];
  std::vector<double> present(static_cast<size_t>(outputs), 0.0);
  if (bias != kNoValue) present = toDoubles(graph.value(bias).constant);
  if (static_cast<int64_t>(present.size()) != outputs || outputs == 0 || outputs % attrs.group != 0)
    return Declined{"the Conv's groups, weights and bias do not fit together"};

  const Folded folded = fold(weights, attrs.group, std::move(present), affine);
  auto newWeights = finiteTensor(weights.type(), weights.dims(), folded.weights);
  auto newBias = finiteTensor(weights.type(), {outputs}, folded.bias);
  if (!newWeights || !newBias) return Declined{"the folded weights are not finite"};

  GraphBuilder builder(graph, {before, conv});
  const std::string& weightName = graph.value(node.in[1]).name;
  std::vector<ValueId> in{affine.x, builder.constant(weightName, std::move(*newWeights))};
  if (bias != kNoValue || !isZero(folded.bias))
    in.push_back(builder.constant(weightName + ".bias", std::move(*newBias)));
  builder.replace(node.out[0], builder.node(ops::conv, node.attrs, std::move(in), displayName(graph, conv)));
  return builder.finish(fmt::format("{} folded into the weights", displayName(graph, before)));
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::conv) return NoMatch{};
  const NodeId before = graph.producer(node.in[0]);
  if (before == kNoNode) return NoMatch{};
  const Shape& weights = graph.value(node.in[1]).shape;
  const int64_t group = node.as<ConvAttributes>().group;
  if (!graph.constant(node.in[1]) || weights.rank() < 3 || group < 1) return NoMatch{};
  const int64_t channels = weights[1].value() * group;

  AffineOrReason affine = graph.node(before).op == &ops::batchNormalization
                              ? batchNormAffine(graph, before)
                              : arithmeticAffine(graph, before, weights.rank(), 1, channels);
  if (std::holds_alternative<NoMatch>(affine)) return NoMatch{};
  if (auto* reason = std::get_if<Declined>(&affine)) return std::move(*reason);
  const auto& found = std::get<ChannelAffine>(affine);
  // Arithmetic that stretches its input along an axis is more than a scale.
  if (graph.node(before).op != &ops::batchNormalization &&
      !sameShape(graph.value(found.x).shape, graph.value(node.in[0]).shape))
    return Declined{"it may stretch its input"};
  if (static_cast<int64_t>(found.scale.size()) != channels) return Declined{"the numbers of channels differ"};
  return foldIntoConv(graph, id, before, found);
}

}  // namespace

extern const Pass affineIntoConsumer{
    .name = "affine_into_consumer",
    .summary = "folds BatchNormalization and arithmetic by a constant a channel into the Conv after it",
    .run = run};

}  // namespace ridge::passes
