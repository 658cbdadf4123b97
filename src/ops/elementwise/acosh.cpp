// Acosh.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op acosh{
    .name = "Acosh",
    .since = 9,
    .sinceFor = sinceByType<SinceTable{.base = 9, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::acosh(x); }>,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
