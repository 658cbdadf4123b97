// HardSigmoid.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<HardSigmoidAttributes>();
  const double alpha = static_cast<double>(attrs.alpha);
  const double beta = static_cast<double>(attrs.beta);
  mapReal(k, [=](double x) { return clampToUnit(alpha * x + beta); });
}

bool expression(const Node& node, ExprBuilder& b) {
  const auto& attrs = node.as<HardSigmoidAttributes>();
  b.result(emitClampToUnit(b, b.emit(ExprOp::fma, b.in(0), b.constant(attrs.alpha), b.constant(attrs.beta))));
  return true;
}

}  // namespace

constinit const Op hardSigmoid{
    .name = "HardSigmoid",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 22}>,
    .attributes = HardSigmoidAttributes::read,
    .infer = inferFloat,
    .reference = reference,
    .cost = costPerOutput<3>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
