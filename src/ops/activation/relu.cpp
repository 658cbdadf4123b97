// Relu.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

// max(0, x) keeps NaN, and -0.
constexpr auto reluOf = []<class T>(T x) { return T{0} > x ? T{0} : x; };

bool expression(const Node&, ExprBuilder& b) {
  b.result(b.emit(ExprOp::max, b.constant(0.0f), b.in(0)));
  return true;
}

}  // namespace

constinit const Op relu{
    .name = "Relu",
    .since = 6,
    .sinceFor = sinceByType<SinceTable{.base = 6, .ints = 14}>,
    .infer = inferNumber,
    .reference = numberKernel<reluOf, 1>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
