// Abs.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

constexpr auto absOf = []<class T>(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fabs(x);
  else
    return x < T{0} ? static_cast<T>(-static_cast<Wrapping<T>>(x)) : x;
};

}  // namespace

constinit const Op abs{
    .name = "Abs",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6}>,
    .infer = inferNumber,
    .reference = numberKernel<absOf, 1>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::abs>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
