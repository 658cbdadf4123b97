// Elu.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<EluAttributes>();
  const double alpha = static_cast<double>(attrs.alpha);
  mapReal(k, [=](double x) { return x < 0 ? alpha * std::expm1(x) : x; });
}

bool expression(const Node& node, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  const uint16_t curve = b.emit(ExprOp::mul, b.constant(node.as<EluAttributes>().alpha), emitExpMinus1(b, x));
  b.result(b.emit(ExprOp::select, b.emit(ExprOp::less, x, b.constant(0.0f)), curve, x));
  return true;
}

}  // namespace

constinit const Op elu{
    .name = "Elu",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 22}>,
    .attributes = EluAttributes::read,
    .infer = inferFloat,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
