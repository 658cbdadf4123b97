// Softsign.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  b.result(b.emit(ExprOp::div, x, b.emit(ExprOp::add, b.constant(1.0f), b.emit(ExprOp::abs, x))));
  return true;
}

}  // namespace

constinit const Op softsign{
    .name = "Softsign",
    .since = 1,
    .sinceFor = sinceByType<SinceTable{.base = 1, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return x / (1.0 + std::fabs(x)); }>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
