// Exp.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op exp{
    .name = "Exp",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::exp(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::exp>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
