#include "ops/activation/activation.h"

namespace ridge::ops {

uint16_t emitExpMinus1(ExprBuilder& b, uint16_t x) {
  // exp(x) - 1 = 2t / (1 - t) with t = tanh(x / 2), whose small values are as exact as x.
  const uint16_t t = b.emit(ExprOp::tanh, b.emit(ExprOp::mul, x, b.constant(0.5f)));
  return b.emit(ExprOp::div, b.emit(ExprOp::add, t, t), b.emit(ExprOp::sub, b.constant(1.0f), t));
}

uint16_t emitSoftplus(ExprBuilder& b, uint16_t x) {
  // max(0, x) + log(1 + exp(-|x|))
  const uint16_t small = b.emit(ExprOp::exp, b.emit(ExprOp::neg, b.emit(ExprOp::abs, x)));
  const uint16_t tail = b.emit(ExprOp::log, b.emit(ExprOp::add, b.constant(1.0f), small));
  return b.emit(ExprOp::add, b.emit(ExprOp::max, b.constant(0.0f), x), tail);
}

double softplusOf(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

double clampToUnit(double x) {
  const double below = 1.0 < x ? 1.0 : x;
  return 0.0 > below ? 0.0 : below;
}

uint16_t emitClampToUnit(ExprBuilder& b, uint16_t x) {
  return b.emit(ExprOp::max, b.constant(0.0f), b.emit(ExprOp::min, b.constant(1.0f), x));
}

}  // namespace ridge::ops
