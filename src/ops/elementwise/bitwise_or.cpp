// BitwiseOr.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op bitwiseOr{
    .name = "BitwiseOr",
    .since = 18,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = inferIntegers,
    .reference = bitKernel<[]<class T>(T x, T y) { return static_cast<T>(x | y); }, 2>,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
