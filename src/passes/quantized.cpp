#include "passes/quantized.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/activation/clip.h"
#include "ops/evaluate.h"
#include "ops/ops.h"
#include "ops/quantize/quantize.h"

namespace ridge::passes {
namespace {

constexpr int64_t kMostBias = int64_t{1} << 30;

bool isByte(DType type) {
  return type == DType::u8 || type == DType::i8;
}

// What DequantizeLinear and QuantizeLinear have in common: constant scale and zero point, not blocked.
Steps stepsOf(const Graph& graph, NodeId id, int64_t blockSize, int64_t axis, ValueId bytes, ValueId real) {
  const Node& node = graph.node(id);
  const Tensor* scale = graph.constant(node.in[1]);
  const ValueId zeroId = inputOf(node, 2);
  const Tensor* zero = graph.constant(zeroId);
  if (!scale || (zeroId != kNoValue && !zero)) throw Refused{"a scale or zero point is not constant"};
  if (blockSize != 0) throw Refused{"its scales are blocked"};
  if (scale->type() != DType::f32 || graph.value(real).type != DType::f32)
    throw Refused{"its scale or result is not float32"};
  Steps steps{.node = id,
              .bytes = bytes,
              .type = graph.value(bytes).type,
              .scale = toDoubles(*scale),
              .zero = zero ? toInts(*zero) : std::vector<int64_t>{},
              .axis = axis};
  if (!zero) steps.zero.assign(steps.scale.size(), 0);
  if (steps.scale.empty() || steps.zero.size() != steps.scale.size())
    throw Refused{"scale and zero point have different lengths"};
  for (const double step : steps.scale)
    if (!(step >= std::ldexp(1.0, -100) && step <= std::ldexp(1.0, 100)))
      throw Refused{"a scale is outside of 2^-100 to 2^100"};
  if (const Shape& shape = graph.value(real).shape; shape.ranked() && steps.axis < 0)
    steps.axis += shape.rank();
  return steps;
}

Steps dequantizeSteps(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const auto& attrs = node.as<ops::DequantizeAttributes>();
  return stepsOf(graph, id, attrs.blockSize, attrs.axis, node.in[0], node.out[0]);
}

void requireOneScale(const Steps& steps) {
  if (steps.scale.size() != 1) throw Refused{"activations with a scale for each channel"};
  if (!isByte(steps.type)) throw Refused{"activations of 8 bits only"};
}

// The range of a Relu or a Clip with constant bounds.
std::optional<ops::ClipRange> clampOf(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (node.op == &ops::relu) return ops::ClipRange{.low = 0};
  if (node.op == &ops::clip) return ops::clipRange(node, graph);
  return std::nullopt;
}

class TailFinder {
 public:
  TailFinder(const Graph& graph, NodeId quantize) : graph_(graph) {
    tail_.result = quantizedBy(graph, quantize);
    tail_.nodes = {quantize};
    tail_.from = graph.node(quantize).in[0];
  }

  Tail find() {
    const auto outer = clamps();
    tail_.low = outer.low;
    tail_.high = outer.high;
    if (!stepOverResidual()) return tail_;
    const auto inner = clamps();
    if (std::isfinite(inner.low) || std::isfinite(inner.high))
      tail_.inner = {static_cast<float>(inner.low), static_cast<float>(inner.high)};
    return tail_;
  }

 private:
  // Steps over clamps that nobody else looks behind; the range that they leave.
  ops::ClipRange clamps() {
    ops::ClipRange range;
    for (NodeId id = graph_.producer(tail_.from); id != kNoNode; id = graph_.producer(tail_.from)) {
      const auto found = clampOf(graph_, id);
      if (!found || !usedOnce(graph_, tail_.from)) break;
      // What comes later clamps the bounds of what came before.
      range = {.low = std::clamp(found->low, range.low, range.high),
               .high = std::clamp(found->high, range.low, range.high)};
      stepOver(id, graph_.node(id).in[0]);
    }
    return range;
  }

  // An Add of a dequantized tensor and of something else.
  bool stepOverResidual() {
    const NodeId id = graph_.producer(tail_.from);
    if (id == kNoNode || graph_.node(id).op != &ops::add || !usedOnce(graph_, tail_.from)) return false;
    const Node& node = graph_.node(id);
    const auto isDequantized = [&](ValueId value) {
      return producerOf(graph_, value, ops::dequantizeLinear) != kNoNode && !graph_.constant(value);
    };
    const bool first = isDequantized(node.in[0]), second = isDequantized(node.in[1]);
    if (first == second) return false;  // both: a sum of two tensors; none: no residual
    const ValueId z = node.in[first ? 0 : 1], sums = node.in[first ? 1 : 0];
    if (!sameShape(graph_.value(z).shape, graph_.value(sums).shape)) return false;
    const Steps residual = dequantizeSteps(graph_, graph_.producer(z));
    if (!isByte(residual.type)) return false;
    requireOneScale(residual);
    tail_.residual = residual;
    stepOver(id, sums);
    return true;
  }

  void stepOver(NodeId id, ValueId to) {
    tail_.nodes.push_back(id);
    tail_.from = to;
  }

  const Graph& graph_;
  Tail tail_;
};

// A bound of the result in steps, as QuantizeLinear makes it.
int64_t inSteps(double bound, const Steps& result) {
  if (!(std::abs(bound) < 1e30)) return bound > 0 ? INT64_MAX : INT64_MIN;
  const float steps = static_cast<float>(bound) / static_cast<float>(result.theScale());
  return result.theZero() + static_cast<int64_t>(std::nearbyint(std::clamp(steps, -1e9F, 1e9F)));
}

struct SumNumbers {
  std::vector<float> multiplier, offset;
  std::vector<int32_t> bias;
  bool hasOffset = false, hasBias = false;
};

// Rules 2 and 3 for one output.
void addOutput(const SumConstants& of, size_t output, SumNumbers& numbers) {
  const double sx = of.x.theScale(), sy = of.tail.result.theScale();
  const auto& scales = of.weights.steps.scale;
  const double product = sx * scales[scales.size() == 1 ? 0 : output];
  const double divisor = of.tail.inner ? 1.0 : sy;
  numbers.multiplier.push_back(normalFloat(product / divisor));
  double whole = 0, real = 0;
  if (!of.bias.empty()) {
    const double bias = of.bias[output], steps = bias / product;
    if (std::abs(steps) <= static_cast<double>(kMostBias)) {
      whole = std::nearbyint(steps);
      if (std::abs(steps - whole) * product > 0.5 * sy)
        throw Refused{
            "rounding its bias to a step of the sums would move the result by more than half a step"};
    } else {
      real = bias / divisor;
      if (!std::isfinite(static_cast<float>(real))) throw Refused{"its bias is not finite in steps"};
    }
  }
  numbers.bias.push_back(static_cast<int32_t>(whole));
  numbers.offset.push_back(static_cast<float>(real));
  numbers.hasBias = numbers.hasBias || whole != 0;
  numbers.hasOffset = numbers.hasOffset || real != 0;
}

// Rule 2: no sum leaves int32.
void requireNoOverflow(const SumConstants& of, const SumNumbers& numbers) {
  const bool symmetric = std::all_of(of.weights.steps.zero.begin(), of.weights.steps.zero.end(),
                                     [](int64_t zero) { return zero == 0; });
  const int64_t weight = symmetric && of.weights.steps.type == DType::i8 ? 128 : 255;
  int64_t bias = 0;
  for (const int32_t each : numbers.bias) bias = std::max(bias, std::abs(int64_t{each}));
  if (of.depth > (int64_t{1} << 31) / (255 * weight) || of.depth * 255 * weight + bias >= (int64_t{1} << 31))
    throw Refused{fmt::format("a sum of {} products may leave int32", of.depth)};
}

template <class T>
ValueId numbersOf(GraphBuilder& builder, const std::string& name, DType type, const std::vector<T>& numbers) {
  return builder.constant(
      name, Tensor::of<T>(type, {static_cast<int64_t>(numbers.size())}, std::span<const T>(numbers)));
}

ValueId weightZeros(GraphBuilder& builder, const SumConstants& of, const std::string& name) {
  const Steps& steps = of.weights.steps;
  if (std::all_of(steps.zero.begin(), steps.zero.end(), [](int64_t zero) { return zero == 0; }))
    return kNoValue;
  std::vector<double> zeros(steps.zero.begin(), steps.zero.end());
  if (zeros.size() == 1) zeros.assign(static_cast<size_t>(of.outputs), zeros.front());
  return builder.constant(name + ".weight_zero", fromDoubles(steps.type, {of.outputs}, zeros));
}

}  // namespace

std::optional<Steps> dequantized(const Graph& graph, ValueId value) {
  const NodeId id = producerOf(graph, value, ops::dequantizeLinear);
  if (id == kNoNode) return std::nullopt;
  Steps steps = dequantizeSteps(graph, id);
  requireOneScale(steps);
  return steps;
}

Steps quantizedBy(const Graph& graph, NodeId quantize) {
  const Node& node = graph.node(quantize);
  const auto& attrs = node.as<ops::QuantizeAttributes>();
  if (attrs.precision != 0 && attrs.precision != static_cast<int64_t>(DType::f32))
    throw Refused{"it divides in another precision than float32"};
  Steps steps = stepsOf(graph, quantize, attrs.blockSize, attrs.axis, node.out[0], node.in[0]);
  requireOneScale(steps);
  return steps;
}

std::optional<QuantizedWeights> dequantizedWeights(const Graph& graph, ValueId value) {
  const NodeId id = producerOf(graph, value, ops::dequantizeLinear);
  if (id == kNoNode) return std::nullopt;
  QuantizedWeights weights{dequantizeSteps(graph, id), {}};
  if (!isByte(weights.steps.type)) throw Refused{"weights of 8 bits only"};
  if (const Tensor* bytes = graph.constant(weights.steps.bytes)) {
    weights.tensor = *bytes;
    return weights;
  }
  // Training leaves weights in float32 with a Q behind them.
  const NodeId quantize = producerOf(graph, weights.steps.bytes, ops::quantizeLinear);
  if (quantize == kNoNode) return std::nullopt;
  std::vector<Tensor> inputs;
  for (const ValueId input : graph.node(quantize).in) {
    if (input != kNoValue && !graph.constant(input)) return std::nullopt;
    inputs.push_back(input == kNoValue ? Tensor() : *graph.constant(input));
  }
  weights.tensor = evaluateNode(graph.node(quantize), inputs).front();
  return weights;
}

Tail tailOf(const Graph& graph, NodeId quantize) {
  return TailFinder(graph, quantize).find();
}

ops::QuantizedResult resultOf(const Tail& tail) {
  const Steps& steps = tail.result;
  ops::QuantizedResult result;
  result.type = static_cast<int64_t>(steps.type);
  result.zero = steps.theZero();
  const int64_t least = steps.type == DType::u8 ? 0 : -128, most = least + 255;
  result.low = std::clamp(inSteps(tail.low, steps), least, most);
  result.high = std::clamp(inSteps(tail.high, steps), least, most);
  return result;
}

float normalFloat(double number) {
  const auto rounded = static_cast<float>(number);
  if (!std::isnormal(rounded)) throw Refused{"a ratio of its scales is no normal float32 number"};
  return rounded;
}

std::vector<ValueId> sumInputs(GraphBuilder& builder, const SumConstants& of, const std::string& name,
                               ops::QuantizedSum& sum) {
  if (of.weights.steps.scale.size() != 1 && static_cast<int64_t>(of.weights.steps.scale.size()) != of.outputs)
    throw Refused{"the scales of its weights are not one for each output"};
  static_cast<ops::QuantizedResult&>(sum) = resultOf(of.tail);
  sum.xZero = of.x.theZero();
  SumNumbers numbers;
  for (size_t output = 0; output < static_cast<size_t>(of.outputs); ++output) addOutput(of, output, numbers);
  requireNoOverflow(of, numbers);
  if (of.tail.inner) {
    sum.activated = true;
    std::tie(sum.activationLow, sum.activationHigh) = *of.tail.inner;
    sum.inverse = normalFloat(1 / of.tail.result.theScale());
  }
  std::vector<ValueId> inputs(ops::kQInputs - ops::kQMultiplier, kNoValue);
  const auto at = [&](size_t input) -> ValueId& { return inputs[input - ops::kQMultiplier]; };
  at(ops::kQMultiplier) = numbersOf(builder, name + ".multiplier", DType::f32, numbers.multiplier);
  at(ops::kQWeightZero) = weightZeros(builder, of, name);
  if (numbers.hasBias) at(ops::kQBias) = numbersOf(builder, name + ".bias", DType::i32, numbers.bias);
  if (numbers.hasOffset) at(ops::kQOffset) = numbersOf(builder, name + ".offset", DType::f32, numbers.offset);
  if (of.tail.residual) {
    const double scale = of.tail.residual->theScale();
    sum.residualZero = of.tail.residual->theZero();
    sum.residualScale = normalFloat(sum.activated ? scale : scale / of.tail.result.theScale());
    at(ops::kQResidual) = of.tail.residual->bytes;
  }
  while (inputs.back() == kNoValue) inputs.pop_back();
  return inputs;
}

std::optional<std::vector<double>> biasValues(const Graph& graph, ValueId value) {
  if (value == kNoValue) return std::vector<double>{};
  const Tensor* constant = graph.constant(value);
  Tensor tensor = constant ? *constant : Tensor();
  if (const NodeId id = producerOf(graph, value, ops::dequantizeLinear); id != kNoNode) {
    std::vector<Tensor> inputs;
    for (const ValueId input : graph.node(id).in) {
      if (input != kNoValue && !graph.constant(input)) return std::nullopt;
      inputs.push_back(input == kNoValue ? Tensor() : *graph.constant(input));
    }
    tensor = evaluateNode(graph.node(id), inputs).front();
  }
  if (!tensor.defined() || tensor.type() != DType::f32) return std::nullopt;
  std::vector<double> values = toDoubles(tensor);
  for (const double each : values)
    if (!std::isfinite(each)) throw Refused{"its bias is not finite"};
  return values;
}

}  // namespace ridge::passes
