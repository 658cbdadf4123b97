// Mish.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  b.result(b.emit(ExprOp::mul, x, b.emit(ExprOp::tanh, emitSoftplus(b, x))));
  return true;
}

}  // namespace

constinit const Op mish{
    .name = "Mish",
    .since = 18,
    .sinceFor = sinceByType<SinceTable{.base = 18, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return x * std::tanh(softplusOf(x)); }>,
    .cost = costPerOutput<3>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
