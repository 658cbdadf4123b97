// HardSwish.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  const uint16_t line = b.emit(ExprOp::fma, x, b.constant(1.0f / 6.0f), b.constant(0.5f));
  b.result(b.emit(ExprOp::mul, x, emitClampToUnit(b, line)));
  return true;
}

}  // namespace

constinit const Op hardSwish{
    .name = "HardSwish",
    .since = 14,
    .sinceFor = sinceByType<SinceTable{.base = 14, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return x * clampToUnit(x / 6.0 + 0.5); }>,
    .cost = costPerOutput<4>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
