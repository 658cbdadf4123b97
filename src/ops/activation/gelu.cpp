// Gelu, by erf or by its approximation with tanh.
#include <numbers>

#include "ir/patch.h"
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

constexpr double kTanhScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // sqrt(2 / pi)
constexpr double kTanhCubic = 0.044715;
constexpr double kSqrtHalf = std::numbers::sqrt2 / 2;

bool byTanh(const Node& node) {
  return node.as<GeluAttributes>().approximate == "tanh";
}

void infer(InferContext& c) {
  const std::string& form = c.attrs<GeluAttributes>().approximate;
  c.require(form == "none" || form == "tanh", "approximate must be \"none\" or \"tanh\"");
  inferFloat(c);
}

double exactGelu(double x) {
  return 0.5 * x * std::erfc(-x * kSqrtHalf);
}

double tanhGelu(double x) {
  return 0.5 * x * (1.0 + std::tanh(kTanhScale * (x + kTanhCubic * x * x * x)));
}

void reference(KernelContext& k) {
  requireReal(k);
  if (byTanh(k.node()))
    mapReal(k, tanhGelu);
  else
    mapReal(k, exactGelu);
}

// (1 + tanh t) / 2 is 1 / (1 + exp(-2 t)), which keeps its digits where it is small.
uint16_t tanhExpression(ExprBuilder& b, uint16_t x) {
  const uint16_t square = b.emit(ExprOp::mul, x, x);
  const uint16_t factor =
      b.emit(ExprOp::fma, square, b.constant(static_cast<float>(-2 * kTanhScale * kTanhCubic)),
             b.constant(static_cast<float>(-2 * kTanhScale)));
  const uint16_t growth = b.emit(ExprOp::exp, b.emit(ExprOp::mul, x, factor));
  return b.emit(ExprOp::div, x, b.emit(ExprOp::add, b.constant(1.0f), growth));
}

uint16_t erfExpression(ExprBuilder& b, uint16_t x) {
  const uint16_t gate =
      b.emit(ExprOp::erf, b.emit(ExprOp::mul, x, b.constant(static_cast<float>(kSqrtHalf))));
  const uint16_t half = b.emit(ExprOp::mul, x, b.constant(0.5f));
  return b.emit(ExprOp::mul, half, b.emit(ExprOp::add, b.constant(1.0f), gate));
}

bool expression(const Node& node, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  b.result(byTanh(node) ? tanhExpression(b, x) : erfExpression(b, x));
  return true;
}

// x * 1/2 * (1 + erf(x / sqrt 2)), or the same with tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
void expandGelu(const Node& node, GraphBuilder& b) {
  const ValueId x = node.in[0];
  const auto number = [&](double value) {
    return b.constant("gelu.number", fromDoubles(b.graph().value(x).type, {}, {&value, 1}));
  };
  const auto times = [&](ValueId a, ValueId c) { return b.node(mul, nullptr, {a, c}, "gelu.product"); };
  ValueId gate;
  if (byTanh(node)) {
    const ValueId cubic = times(times(times(x, x), x), number(kTanhCubic));
    const ValueId sum = b.node(add, nullptr, {x, cubic}, "gelu.sum");
    gate = b.node(ops::tanh, nullptr, {times(sum, number(kTanhScale))}, "gelu.tanh");
  } else {
    gate = b.node(ops::erf, nullptr, {times(x, number(kSqrtHalf))}, "gelu.erf");
  }
  const ValueId opened = b.node(add, nullptr, {gate, number(1)}, "gelu.gate");
  b.replace(node.out[0], times(times(x, number(0.5)), opened));
}

}  // namespace

constinit const Op gelu{
    .name = "Gelu",
    .since = 20,
    .attributes = GeluAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<4>,
    .expr = expression,
    .expand = expandGelu,
    .traits = kElementwise,
};

}  // namespace ridge::ops
