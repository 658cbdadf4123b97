// What Sinh and Cosh share.
#pragma once

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

/// exp(x) / 2 for x >= 0, finite wherever cosh(x) is.
inline uint16_t emitHalfExp(ExprBuilder& b, uint16_t x) {
  const uint16_t root = b.emit(ExprOp::exp, b.emit(ExprOp::mul, x, b.constant(0.5f)));
  return b.emit(ExprOp::mul, b.emit(ExprOp::mul, root, b.constant(0.5f)), root);
}

}  // namespace ridge::ops
