// ridge.qadd: the sum of two quantized tensors, rounded to bytes (rule 9).
#include "ir/patch.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/quantized/quantized.h"
#include "ops/reference_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<QAddAttributes>();
  requireResult(c, attrs);
  requireZero(c, 0, attrs.aZero);
  requireZero(c, 1, attrs.bZero);
  inferBroadcastAs(c, static_cast<DType>(attrs.type));
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<QAddAttributes>();
  mapElements<int64_t, int64_t, int64_t>(k, [&](int64_t a, int64_t b) {
    const float t = static_cast<float>(b - attrs.bZero) * attrs.bScale;
    return attrs.rounded(std::fma(static_cast<float>(a - attrs.aZero), attrs.aScale, t));
  });
}

void expandAdd(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<QAddAttributes>();
  const auto term = [&](size_t input, int64_t zero, float scale) {
    const ValueId steps = dequantizedSteps(b, node.in[input], zero, "steps");
    return b.node(mul, nullptr, {steps, b.constant("scale", Tensor::scalar(scale))}, "scaled");
  };
  const ValueId a = term(0, attrs.aZero, attrs.aScale), other = term(1, attrs.bZero, attrs.bScale);
  replaceBySteps(b, node, b.node(add, nullptr, {a, other}, "sum"), attrs);
}

}  // namespace

constinit const Op qAdd{
    .name = "qadd",
    .domain = "ridge",
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = QAddAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<4>,
    .expand = expandAdd,
    .traits = {.integer = true},
};

}  // namespace ridge::ops
