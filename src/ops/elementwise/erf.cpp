// Erf.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op erf{
    .name = "Erf",
    .since = 9,
    .sinceFor = sinceByType<SinceTable{.base = 9, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::erf(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::erf>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
