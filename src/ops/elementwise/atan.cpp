// Atan.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op atan{
    .name = "Atan",
    .since = 7,
    .sinceFor = sinceByType<SinceTable{.base = 7, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::atan(x); }>,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
