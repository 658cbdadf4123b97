// Floor.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op floor{
    .name = "Floor",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::floor(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::floor>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
