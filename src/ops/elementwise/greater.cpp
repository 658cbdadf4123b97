// Greater.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op greater{
    .name = "Greater",
    .since = 7,
    .sinceFor = sinceByType<SinceTable{.base = 7, .bf16 = 13, .ints = 9}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = inferComparison,
    .reference = numberKernel<[](auto x, auto y) { return (x > y); }, 2, bool>,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
