// Ceil.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op ceil{
    .name = "Ceil",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::ceil(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::ceil>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
