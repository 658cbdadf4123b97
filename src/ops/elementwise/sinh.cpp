// Sinh.
#include "ops/elementwise/hyperbolic.h"

namespace ridge::ops {
namespace {

// 2t / (1 - t^2) with t = tanh(x / 2), whose small values are as exact as x.
uint16_t emitSmallSinh(ExprBuilder& b, uint16_t x) {
  const uint16_t one = b.constant(1.0f);
  const uint16_t t = b.emit(ExprOp::tanh, b.emit(ExprOp::mul, x, b.constant(0.5f)));
  const uint16_t below = b.emit(ExprOp::mul, b.emit(ExprOp::sub, one, t), b.emit(ExprOp::add, one, t));
  return b.emit(ExprOp::div, b.emit(ExprOp::add, t, t), below);
}

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t x = b.in(0), size = b.emit(ExprOp::abs, x);
  const uint16_t half = emitHalfExp(b, size);
  const uint16_t above = b.emit(ExprOp::sub, half, b.emit(ExprOp::div, b.constant(0.25f), half));
  const uint16_t negative = b.emit(ExprOp::less, x, b.constant(0.0f));
  const uint16_t large = b.emit(ExprOp::select, negative, b.emit(ExprOp::neg, above), above);
  const uint16_t isLarge = b.emit(ExprOp::less, b.constant(1.0f), size);
  b.result(b.emit(ExprOp::select, isLarge, large, emitSmallSinh(b, x)));
  return true;
}

}  // namespace

constinit const Op sinh{
    .name = "Sinh",
    .since = 9,
    .sinceFor = sinceByType<SinceTable{.base = 9, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::sinh(x); }>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
