// Gelu, by erf or by its approximation with tanh.
#include <numbers>

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

bool expression(const Node& node, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  uint16_t gate;  // in [-1, 1]
  if (byTanh(node)) {
    const uint16_t square = b.emit(ExprOp::mul, x, x);
    const uint16_t factor =
        b.emit(ExprOp::fma, square, b.constant(static_cast<float>(kTanhScale * kTanhCubic)),
               b.constant(static_cast<float>(kTanhScale)));
    gate = b.emit(ExprOp::tanh, b.emit(ExprOp::mul, x, factor));
  } else {
    gate = b.emit(ExprOp::erf, b.emit(ExprOp::mul, x, b.constant(static_cast<float>(kSqrtHalf))));
  }
  const uint16_t half = b.emit(ExprOp::mul, x, b.constant(0.5f));
  b.result(b.emit(ExprOp::mul, half, b.emit(ExprOp::add, b.constant(1.0f), gate)));
  return true;
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
    .traits = kElementwise,
};

}  // namespace ridge::ops
