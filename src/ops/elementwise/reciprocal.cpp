// Reciprocal.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

namespace {

bool expression(const Node&, ExprBuilder& b) {
  b.result(b.emit(ExprOp::div, b.constant(1.0f), b.in(0)));
  return true;
}

}  // namespace

constinit const Op reciprocal{
    .name = "Reciprocal",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return 1.0 / x; }>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
