// Log.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op log{
    .name = "Log",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .bf16 = 13}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::log(x); }>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::log>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
