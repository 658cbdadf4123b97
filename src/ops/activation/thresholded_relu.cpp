// ThresholdedRelu.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<ThresholdedReluAttributes>();
  const double alpha = static_cast<double>(attrs.alpha);
  mapReal(k, [=](double x) { return x > alpha ? x : 0.0; });
}

bool expression(const Node& node, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  const uint16_t above = b.emit(ExprOp::less, b.constant(node.as<ThresholdedReluAttributes>().alpha), x);
  b.result(b.emit(ExprOp::select, above, x, b.constant(0.0f)));
  return true;
}

}  // namespace

constinit const Op thresholdedRelu{
    .name = "ThresholdedRelu",
    .since = 10,
    .sinceFor = sinceByType<SinceTable{.base = 10, .bf16 = 22}>,
    .attributes = ThresholdedReluAttributes::read,
    .infer = inferFloat,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
