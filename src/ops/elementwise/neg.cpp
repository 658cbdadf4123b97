// Neg.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

constexpr auto negOf = []<class T>(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return -x;
  else
    return static_cast<T>(-static_cast<Wrapping<T>>(x));
};

}  // namespace

constinit const Op neg{
    .name = "Neg",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6}>,
    .infer = inferNumber,
    .reference = numberKernel<negOf, 1>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::neg>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
