// Selu.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<SeluAttributes>();
  const double alpha = static_cast<double>(attrs.alpha);
  const double gamma = static_cast<double>(attrs.gamma);
  mapReal(k, [=](double x) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); });
}

bool expression(const Node& node, ExprBuilder& b) {
  const auto& attrs = node.as<SeluAttributes>();
  const uint16_t x = b.in(0);
  const uint16_t curve = b.emit(ExprOp::mul, b.constant(attrs.alpha), emitExpMinus1(b, x));
  const uint16_t either = b.emit(ExprOp::select, b.emit(ExprOp::less, b.constant(0.0f), x), x, curve);
  b.result(b.emit(ExprOp::mul, b.constant(attrs.gamma), either));
  return true;
}

}  // namespace

constinit const Op selu{
    .name = "Selu",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 22}>,
    .attributes = SeluAttributes::read,
    .infer = inferFloat,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
