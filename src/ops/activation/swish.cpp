// Swish.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<SwishAttributes>();
  const double alpha = static_cast<double>(attrs.alpha);
  mapReal(k, [=](double x) { return x / (1.0 + std::exp(-alpha * x)); });
}

bool expression(const Node& node, ExprBuilder& b) {
  const float alpha = node.as<SwishAttributes>().alpha;
  const uint16_t x = b.in(0);
  const uint16_t scaled = alpha == 1.0f ? x : b.emit(ExprOp::mul, x, b.constant(alpha));
  b.result(b.emit(ExprOp::mul, x, emitSigmoid(b, scaled)));
  return true;
}

}  // namespace

constinit const Op swish{
    .name = "Swish",
    .since = 24,
    .sinceFor = sinceByType<SinceTable{.base = 24, .bf16 = 24}>,
    .attributes = SwishAttributes::read,
    .infer = inferFloat,
    .reference = reference,
    .cost = costPerOutput<2>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
