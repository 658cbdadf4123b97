// Round.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op round{
    .name = "Round",
    .since = 11,
    .sinceFor = sinceByType<SinceTable{.base = 11, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::nearbyint(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::roundEven>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
