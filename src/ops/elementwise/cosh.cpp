// Cosh.
#include "ops/elementwise/hyperbolic.h"

namespace ridge::ops {
namespace {

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t half = emitHalfExp(b, b.emit(ExprOp::abs, b.in(0)));
  b.result(b.emit(ExprOp::add, half, b.emit(ExprOp::div, b.constant(0.25f), half)));
  return true;
}

}  // namespace

constinit const Op cosh{
    .name = "Cosh",
    .since = 9,
    .sinceFor = sinceByType<SinceTable{.base = 9, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::cosh(x); }>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
