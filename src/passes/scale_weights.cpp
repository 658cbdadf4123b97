#include "passes/scale_weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/conv/conv.h"
#include "ops/matmul/matmul.h"
#include "ops/ops.h"

namespace ridge::passes {
namespace {

// Weights with the output channel as axis `axis` of `dims`: every element times its channel's scale.
std::vector<double> scaled(const Tensor& weights, size_t axis, std::span<const double> scale) {
  size_t inner = 1;
  for (size_t at = axis + 1; at < weights.dims().size(); ++at)
    inner *= static_cast<size_t>(weights.dims()[at]);
  std::vector<double> values = toDoubles(weights);
  for (size_t at = 0; at < values.size();)
    for (size_t channel = 0; channel < scale.size(); ++channel)
      for (const size_t end = at + inner; at < end; ++at) values[at] *= scale[channel];
  return values;
}

// Where the output channel lies in the weights.
size_t channelAxisOfWeights(const Node& node) {
  if (node.op == &ops::conv) return 0;
  return node.op == &ops::gemm && node.as<GemmAttributes>().transB ? 0 : 1;
}

double biasFactor(const Node& node) {
  return node.op == &ops::gemm ? static_cast<double>(node.as<GemmAttributes>().beta) : 1;
}

// The present bias, one number a channel; none when there is one that is not of this kind.
std::optional<std::vector<double>> biasOf(const Graph& graph, const Node& node, int64_t channels) {
  const ValueId bias = inputOf(node, 2);
  if (bias == kNoValue) return std::vector<double>(static_cast<size_t>(channels), 0.0);
  const Tensor* tensor = graph.constant(bias);
  if (!tensor) return std::nullopt;
  // A Gemm's C broadcasts to [M,N], a Conv's B is [M].
  return node.op == &ops::conv ? perChannel(*tensor, 1, 0, channels) : perChannel(*tensor, 2, 1, channels);
}

struct Folded {
  Tensor weights;
  std::optional<Tensor> bias;  // none: it stays zero
};

std::variant<Declined, Folded> fold(const Graph& graph, const LinearProducer& producer,
                                    const ChannelAffine& affine) {
  const Node& node = graph.node(producer.id);
  const Tensor* weights = graph.constant(node.in[1]);
  if (!weights || !isFloat(weights->type())) return Declined{"the weights are not constant floats"};
  const auto bias = biasOf(graph, node, producer.channels);
  if (!bias) return Declined{"the bias is not one constant number a channel"};
  if (static_cast<int64_t>(affine.scale.size()) != producer.channels)
    return Declined{"the numbers of channels differ"};

  std::vector<double> shifted = affine.shift;
  for (size_t channel = 0; channel < shifted.size(); ++channel)
    shifted[channel] += affine.scale[channel] * biasFactor(node) * (*bias)[channel];

  auto newWeights = finiteTensor(weights->type(), weights->dims(),
                                 scaled(*weights, channelAxisOfWeights(node), affine.scale));
  auto newBias = finiteTensor(weights->type(), {producer.channels}, shifted);
  if (!newWeights || !newBias) return Declined{"the folded weights are not finite"};
  Folded folded{.weights = std::move(*newWeights), .bias = std::nullopt};
  const bool isZero = std::all_of(shifted.begin(), shifted.end(), [](double value) { return value == 0; });
  if (inputOf(node, 2) != kNoValue || !isZero) folded.bias = std::move(newBias);
  return folded;
}

// A MatMul that gets a bias becomes a Gemm.
const Op& opWithBias(const Node& node, bool hasBias) {
  return node.op == &ops::matMul && hasBias ? ops::gemm : *node.op;
}

AttributesPtr attributesWithBias(const Node& node, bool hasBias) {
  if (node.op == &ops::matMul && hasBias) return std::make_shared<GemmAttributes>();
  if (node.op != &ops::gemm) return node.attrs;
  auto attrs = std::make_shared<GemmAttributes>(node.as<GemmAttributes>());
  attrs->beta = 1;
  return attrs;
}

}  // namespace

std::optional<LinearProducer> linearProducer(const Graph& graph, ValueId value) {
  const NodeId id = graph.producer(value);
  if (id == kNoNode) return std::nullopt;
  const Node& node = graph.node(id);
  if (node.op != &ops::conv && node.op != &ops::gemm && node.op != &ops::matMul) return std::nullopt;
  const Shape& weights = graph.value(node.in[1]).shape;
  if (!weights.ranked() || weights.rank() < 2) return std::nullopt;
  const auto axisOfWeights = static_cast<int64_t>(channelAxisOfWeights(node));
  if (!weights[axisOfWeights].isInteger()) return std::nullopt;

  LinearProducer producer{.id = id, .channels = weights[axisOfWeights].value(), .rank = 2, .axis = 1};
  if (node.op == &ops::conv) producer.rank = weights.rank();
  if (node.op == &ops::matMul) {
    const Shape& result = graph.value(value).shape;
    if (weights.rank() != 2 || !result.ranked() || result.rank() < 2) return std::nullopt;
    producer.rank = result.rank();
    producer.axis = result.rank() - 1;
  }
  return producer;
}

Rewrite foldIntoWeights(const Graph& graph, const LinearProducer& producer, NodeId affineNode,
                        const ChannelAffine& affine) {
  const Node& node = graph.node(producer.id);
  if (!usedOnce(graph, affine.x))
    return Declined{fmt::format("'{}' is also read elsewhere", graph.value(affine.x).name)};
  auto result = fold(graph, producer, affine);
  if (auto* reason = std::get_if<Declined>(&result)) return std::move(*reason);
  auto& folded = std::get<Folded>(result);
  if (node.op == &ops::matMul && folded.bias && producer.rank != 2)
    return Declined{"a MatMul of more than two axes has no bias"};

  GraphBuilder builder(graph, {producer.id, affineNode});
  const std::string& weightName = graph.value(node.in[1]).name;
  std::vector<ValueId> in{node.in[0], builder.constant(weightName, std::move(folded.weights))};
  const bool hasBias = folded.bias.has_value();
  if (hasBias) in.push_back(builder.constant(weightName + ".bias", std::move(*folded.bias)));
  const ValueId fresh = builder.node(opWithBias(node, hasBias), attributesWithBias(node, hasBias),
                                     std::move(in), displayName(graph, producer.id));
  builder.replace(graph.node(affineNode).out[0], fresh);
  return builder.finish(fmt::format("{} folded into the weights of {}", displayName(graph, affineNode),
                                    displayName(graph, producer.id)));
}

}  // namespace ridge::passes
