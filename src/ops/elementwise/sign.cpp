// Sign.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

constexpr auto signOf = []<class T>(T x) {
  if (x > T{0}) return T{1};
  if (x < T{0}) return static_cast<T>(-1);
  return x == T{0} ? T{0} : x;  // NaN stays
};

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t x = b.in(0), zero = b.constant(0.0f);
  // abs keeps NaN and makes -0 a zero.
  const uint16_t negativeOr =
      b.emit(ExprOp::select, b.emit(ExprOp::less, x, zero), b.constant(-1.0f), b.emit(ExprOp::abs, x));
  b.result(b.emit(ExprOp::select, b.emit(ExprOp::less, zero, x), b.constant(1.0f), negativeOr));
  return true;
}

}  // namespace

constinit const Op sign{
    .name = "Sign",
    .since = 9,
    .sinceFor = sinceByType<SinceTable{.base = 9}>,
    .infer = inferNumber,
    .reference = numberKernel<signOf, 1>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
