#include "passes/channel_affine.h"

#include <algorithm>
#include <cmath>

#include "ir/matcher.h"
#include "ops/norm/norm.h"
#include "ops/ops.h"

namespace ridge::passes {
namespace {

bool allFinite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

}  // namespace

std::optional<Tensor> finiteTensor(DType type, Dims dims, std::span<const double> values) {
  Tensor tensor = fromDoubles(type, std::move(dims), values);
  if (!allFinite(toDoubles(tensor))) return std::nullopt;
  return tensor;
}

std::optional<std::vector<double>> perChannel(const Tensor& constant, int64_t rank, int64_t axis,
                                              int64_t channels) {
  if (!isFloat(constant.type()) || constant.rank() > rank) return std::nullopt;
  const int64_t missing = rank - constant.rank();
  for (int64_t at = 0; at < constant.rank(); ++at) {
    const int64_t dim = constant.dims()[static_cast<size_t>(at)];
    if (dim != 1 && !(at + missing == axis && dim == channels)) return std::nullopt;
  }
  std::vector<double> values = toDoubles(constant);
  if (values.size() == 1) values.resize(static_cast<size_t>(channels), values.front());
  return values;
}

AffineOrReason batchNormAffine(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (node.op != &ops::batchNormalization) return NoMatch{};
  const auto& attrs = node.as<BatchNormalizationAttributes>();
  const auto isUsed = [&](ValueId out) { return out != kNoValue && graph.useCount(out) > 0; };
  if (attrs.trainingMode || std::any_of(node.out.begin() + 1, node.out.end(), isUsed))
    return Declined{"the BatchNormalization is in training mode"};

  std::vector<double> parameters[4];  // scale, bias, mean, variance
  for (size_t at = 0; at < 4; ++at) {
    const Tensor* tensor = graph.constant(node.in[at + 1]);
    if (!tensor || !isFloat(tensor->type()))
      return Declined{"a parameter of the BatchNormalization is not constant"};
    parameters[at] = toDoubles(*tensor);
    if (parameters[at].size() != parameters[0].size())
      return Declined{"the parameters of the BatchNormalization differ in size"};
  }
  ChannelAffine affine{.x = node.in[0], .scale = {}, .shift = {}};
  for (size_t channel = 0; channel < parameters[0].size(); ++channel) {
    const double variance = parameters[3][channel] + static_cast<double>(attrs.epsilon);
    if (!(variance > 0)) return Declined{"a variance plus epsilon is not positive"};
    const double scale = parameters[0][channel] / std::sqrt(variance);
    affine.scale.push_back(scale);
    affine.shift.push_back(parameters[1][channel] - parameters[2][channel] * scale);
  }
  if (!allFinite(affine.scale) || !allFinite(affine.shift))
    return Declined{"a parameter of the BatchNormalization is not finite"};
  return affine;
}

AffineOrReason arithmeticAffine(const Graph& graph, NodeId id, int64_t rank, int64_t axis, int64_t channels) {
  const Node& node = graph.node(id);
  const bool isProduct = node.op == &ops::mul || node.op == &ops::div;
  const bool isSum = node.op == &ops::add || node.op == &ops::sub;
  const auto operand = isProduct || isSum ? constantOperand(graph, node) : std::nullopt;
  if (!operand || (node.op == &ops::div && operand->constantFirst)) return NoMatch{};
  const auto values = perChannel(graph.value(operand->constant).constant, rank, axis, channels);
  if (!values) return Declined{"its constant is not one number a channel"};

  ChannelAffine affine{.x = operand->variable, .scale = {}, .shift = {}};
  for (const double value : *values) {
    const double scale = node.op == &ops::mul ? value : node.op == &ops::div ? 1 / value : 1;
    const bool negated = node.op == &ops::sub && operand->constantFirst;
    affine.scale.push_back(negated ? -1 : scale);
    affine.shift.push_back(isProduct ? 0 : node.op == &ops::sub && !negated ? -value : value);
  }
  if (!allFinite(affine.scale) || !allFinite(affine.shift))
    return Declined{"its constant gives numbers that are not finite"};
  return affine;
}

}  // namespace ridge::passes
