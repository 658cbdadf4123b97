// Sigmoid.
#include "ops/activation/activation.h"

namespace ridge::ops {
namespace {

bool expression(const Node&, ExprBuilder& b) {
  b.result(emitSigmoid(b, b.in(0)));
  return true;
}

}  // namespace

constinit const Op sigmoid{
    .name = "Sigmoid",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return 1.0 / (1.0 + std::exp(-x)); }>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
