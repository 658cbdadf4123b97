// Cos.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op cos{
    .name = "Cos",
    .since = 7,
    .sinceFor = sinceByType<SinceTable{.base = 7, .bf16 = 22}>,
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return std::cos(x); }>,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
