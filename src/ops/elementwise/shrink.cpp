// Shrink: numbers within lambd of 0 become 0, the others move towards it by the bias.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

struct ShrinkAttributes : AttributesOf<ShrinkAttributes> {
  float bias = 0.0f;
  float lambd = 0.5f;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("bias", self.bias);
    v("lambd", self.lambd);
  }
};

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<ShrinkAttributes>();
  const auto bias = static_cast<double>(attrs.bias), lambd = static_cast<double>(attrs.lambd);
  const bool whole = numberClassOf(k.input(0).type) != NumberClass::real;
  mapReal(k, [=](double x) {
    const double moved = x < -lambd ? x + bias : x > lambd ? x - bias : 0.0;
    return whole ? std::trunc(moved) : moved;
  });
}

bool expression(const Node& node, ExprBuilder& b) {
  const auto& attrs = node.as<ShrinkAttributes>();
  const uint16_t x = b.in(0), bias = b.constant(attrs.bias);
  const uint16_t above = b.emit(ExprOp::less, b.constant(attrs.lambd), x);
  const uint16_t below = b.emit(ExprOp::less, x, b.constant(-attrs.lambd));
  const uint16_t inner = b.emit(ExprOp::select, above, b.emit(ExprOp::sub, x, bias), b.constant(0.0f));
  b.result(b.emit(ExprOp::select, below, b.emit(ExprOp::add, x, bias), inner));
  return true;
}

}  // namespace

constinit const Op shrink{
    .name = "Shrink",
    .since = 9,
    .attributes = ShrinkAttributes::read,
    .infer = inferNumber,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
