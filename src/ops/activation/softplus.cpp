// Softplus.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

bool expression(const Node&, ExprBuilder& b) {
  b.result(emitSoftplus(b, b.in(0)));
  return true;
}

}  // namespace

constinit const Op softplus{
    .name = "Softplus",
    .since = 1,
    .sinceFor = sinceByType<SinceTable{.base = 1, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return softplusOf(x); }>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
