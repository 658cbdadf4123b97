#include "ops/quantized/quantized.h"

#include "ir/matcher.h"
#include "ir/patch.h"
#include "ops/infer_support.h"
#include "ops/numbers.h"
#include "ops/ops.h"
#include "ops/quantize/quantize.h"
#include "ops/shape/reshape.h"

namespace ridge::ops {
namespace {

bool isByte(DType type) {
  return type == DType::u8 || type == DType::i8;
}

bool fits(DType type, int64_t number) {
  return type == DType::u8 ? number >= 0 && number <= 255 : number >= -128 && number <= 127;
}

ValueId scalar(GraphBuilder& b, float number) {
  return b.constant("number", Tensor::scalar(number));
}

Tensor byteScalar(DType type, int64_t number) {
  const auto value = static_cast<double>(number);
  return fromDoubles(type, {}, {&value, 1});
}

// One number for each output, along an axis with `behind` axes behind it.
ValueId alongOutputs(GraphBuilder& b, ValueId numbers, size_t behind) {
  std::vector<int64_t> dims(behind + 1, 1);
  dims[0] = -1;
  const ValueId shape =
      b.constant("shape", Tensor::of({static_cast<int64_t>(dims.size())}, std::span<const int64_t>(dims)));
  return b.node(reshape, std::make_shared<ReshapeAttributes>(), {numbers, shape}, "along_outputs");
}

}  // namespace

int64_t QuantizedSum::finished(int32_t sum, float multiplier, float offset, bool has,
                               int32_t residual) const {
  float r = std::fma(static_cast<float>(sum), multiplier, offset);
  if (activated) {
    r = r > activationLow ? r : activationLow;
    r = r < activationHigh ? r : activationHigh;
  }
  if (has) r = std::fma(static_cast<float>(residual), residualScale, r);
  if (activated) r = r * inverse;
  return rounded(r);
}

void requireResult(const InferContext& c, const QuantizedResult& result) {
  const auto type = static_cast<DType>(result.type);
  c.require(result.type >= 0 && result.type <= 255 && isByte(type), "the result must be int8 or uint8");
  c.require(fits(type, result.zero) && fits(type, result.low) && fits(type, result.high) &&
                result.low <= result.high,
            "the result's zero point and bounds must be numbers of its type");
}

void requireZero(const InferContext& c, size_t input, int64_t zero) {
  const DType type = c.type(input);
  if (type == DType::undefined) return;
  c.require(isByte(type), "the elements must be bytes, int8 or uint8");
  c.require(fits(type, zero), "a zero point is not a number of its elements' type");
}

void requireSumInputs(const InferContext& c, const QuantizedSum& sum, const Dim& outputs) {
  requireResult(c, sum);
  requireZero(c, kQData, sum.xZero);
  requireZero(c, kQWeight, 0);
  if (c.has(kQResidual)) requireZero(c, kQResidual, sum.residualZero);
  for (size_t input = kQMultiplier; input <= kQOffset; ++input) {
    if (!c.has(input)) continue;
    requireDims(c, input, {outputs});
    const DType wanted = input == kQBias ? DType::i32 : input == kQWeightZero ? c.type(kQWeight) : DType::f32;
    c.require(c.type(input) == DType::undefined || c.type(input) == wanted,
              "a parameter of the sums has another type than its role asks for");
  }
}

SumFinish::SumFinish(const KernelContext& k, const QuantizedSum& sum, int64_t outputs) : k_(k), sum_(sum) {
  for (size_t input = kQMultiplier; input <= kQOffset; ++input)
    if (k.has(input) && k.input(input).count() != outputs)
      k.fail("a parameter of the sums has another length than there are outputs");
  if (k.has(kQResidual) && k.input(kQResidual).count() != k.output(0).count())
    k.fail("the residual has another shape than the result");
}

double SumFinish::weightZero(int64_t output) const {
  return k_.has(kQWeightZero) ? loadNumber<double>(k_.input(kQWeightZero), output) : 0.0;
}

double SumFinish::operator()(double sum, int64_t output, int64_t place) const {
  const auto at = static_cast<size_t>(output);
  // Whoever made the op has seen to it that the sum fits; beyond, it wraps around as in every kernel.
  auto whole = static_cast<uint32_t>(static_cast<int64_t>(sum));
  if (k_.has(kQBias)) whole += static_cast<uint32_t>(k_.input(kQBias).as<int32_t>()[at]);
  const bool has = k_.has(kQResidual);
  const int64_t residual =
      has ? loadNumber<int64_t>(k_.input(kQResidual), place) - sum_.residualZero : int64_t{0};
  return static_cast<double>(sum_.finished(
      static_cast<int32_t>(whole), k_.input(kQMultiplier).as<float>()[at],
      k_.has(kQOffset) ? k_.input(kQOffset).as<float>()[at] : 0.0F, has, static_cast<int32_t>(residual)));
}

ValueId dequantizedSteps(GraphBuilder& b, ValueId x, int64_t zero, const char* name) {
  const ValueId point = b.constant("zero_point", byteScalar(b.value(x).type, zero));
  return b.node(dequantizeLinear, std::make_shared<DequantizeAttributes>(), {x, scalar(b, 1), point}, name);
}

void replaceBySteps(GraphBuilder& b, const Node& node, ValueId steps, const QuantizedResult& result) {
  const auto bound = [&](int64_t at) { return scalar(b, static_cast<float>(at - result.zero)); };
  const ValueId clamped = b.node(clip, nullptr, {steps, bound(result.low), bound(result.high)}, "clamped");
  const ValueId zero = b.constant("zero_point", byteScalar(static_cast<DType>(result.type), result.zero));
  b.replace(node.out[0], b.node(quantizeLinear, std::make_shared<QuantizeAttributes>(),
                                {clamped, scalar(b, 1), zero}, "quantized"));
}

ValueId expandedWeights(GraphBuilder& b, const Node& node) {
  const ValueId weights = node.in[kQWeight], zero = inputOf(node, kQWeightZero);
  if (zero == kNoValue) return dequantizedSteps(b, weights, 0, "weights");
  const std::vector<float> ones(static_cast<size_t>(b.value(weights).shape[0].value()), 1.0F);
  const ValueId scale =
      b.constant("scale", Tensor::of({static_cast<int64_t>(ones.size())}, std::span<const float>(ones)));
  auto attrs = std::make_shared<DequantizeAttributes>();
  attrs->axis = 0;
  return b.node(dequantizeLinear, std::move(attrs), {weights, scale, zero}, "weights");
}

ValueId expandedSum(GraphBuilder& b, const Node& node, const QuantizedSum& sum, ValueId sums, size_t behind) {
  const auto each = [&](size_t input) { return alongOutputs(b, node.in[input], behind); };
  if (const ValueId bias = inputOf(node, kQBias); bias != kNoValue) {
    const ValueId real =
        b.node(dequantizeLinear, std::make_shared<DequantizeAttributes>(), {bias, scalar(b, 1)}, "bias");
    sums = b.node(add, nullptr, {sums, alongOutputs(b, real, behind)}, "sums");
  }
  ValueId r = b.node(mul, nullptr, {sums, each(kQMultiplier)}, "scaled");
  if (inputOf(node, kQOffset) != kNoValue) r = b.node(add, nullptr, {r, each(kQOffset)}, "shifted");
  if (sum.activated)
    r = b.node(clip, nullptr, {r, scalar(b, sum.activationLow), scalar(b, sum.activationHigh)}, "activated");
  if (const ValueId z = inputOf(node, kQResidual); z != kNoValue) {
    const ValueId real = dequantizedSteps(b, z, sum.residualZero, "residual");
    r = b.node(add, nullptr, {r, b.node(mul, nullptr, {real, scalar(b, sum.residualScale)}, "residual")},
               "total");
  }
  return sum.activated ? b.node(mul, nullptr, {r, scalar(b, sum.inverse)}, "steps") : r;
}

}  // namespace ridge::ops
