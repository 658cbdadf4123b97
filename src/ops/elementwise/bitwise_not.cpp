// BitwiseNot.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op bitwiseNot{
    .name = "BitwiseNot",
    .since = 18,
    .infer = inferIntegers,
    .reference = bitKernel<[]<class T>(T x) { return static_cast<T>(~x); }, 1>,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
