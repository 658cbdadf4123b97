// Celu.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

// The formula's max and min fall apart into the two sides of 0 only for a positive alpha.
void infer(InferContext& c) {
  c.require(c.attrs<CeluAttributes>().alpha > 0, "alpha must be positive");
  inferFloat(c);
}

int sinceFor(const Node& node, const Graph& graph) {
  return inputType(node, graph, 0) == DType::f32 ? 12 : 28;
}

void reference(KernelContext& k) {
  requireReal(k);
  const auto& attrs = k.attrs<CeluAttributes>();
  const double alpha = static_cast<double>(attrs.alpha);
  mapReal(k, [=](double x) { return x < 0 ? alpha * std::expm1(x / alpha) : x; });
}

bool expression(const Node& node, ExprBuilder& b) {
  const float alpha = node.as<CeluAttributes>().alpha;
  const uint16_t x = b.in(0), factor = b.constant(alpha);
  const uint16_t curve = b.emit(ExprOp::mul, factor, emitExpMinus1(b, b.emit(ExprOp::div, x, factor)));
  b.result(b.emit(ExprOp::select, b.emit(ExprOp::less, x, b.constant(0.0f)), curve, x));
  return true;
}

}  // namespace

constinit const Op celu{
    .name = "Celu",
    .since = 12,
    .sinceFor = sinceFor,
    .attributes = CeluAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
