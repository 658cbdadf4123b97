// LessOrEqual.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op lessOrEqual{
    .name = "LessOrEqual",
    .since = 12,
    .sinceFor = sinceByType<SinceTable{.base = 12, .bf16 = 16}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = inferComparison,
    .reference = numberKernel<[](auto x, auto y) { return x <= y; }, 2, bool>,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
