// Tanh.
#include "ops/activation/activation.h"

namespace ridge::ops {

constinit const Op tanh{
    .name = "Tanh",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::tanh(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::tanh>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
