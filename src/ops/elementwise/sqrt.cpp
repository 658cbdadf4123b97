// Sqrt.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op sqrt{
    .name = "Sqrt",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::sqrt(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::sqrt>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
