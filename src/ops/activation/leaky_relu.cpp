// LeakyRelu.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<LeakyReluAttributes>();
  const double alpha = static_cast<double>(attrs.alpha);
  mapReal(k, [=](double x) { return x < 0 ? alpha * x : x; });
}

bool expression(const Node& node, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  const uint16_t scaled = b.emit(ExprOp::mul, x, b.constant(node.as<LeakyReluAttributes>().alpha));
  b.result(b.emit(ExprOp::select, b.emit(ExprOp::less, x, b.constant(0.0f)), scaled, x));
  return true;
}

}  // namespace

constinit const Op leakyRelu{
    .name = "LeakyRelu",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 16}>,
    .attributes = LeakyReluAttributes::read,
    .infer = inferFloat,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
