// PRelu. The slope is broadcast to the data, not the other way round.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  requireSameType(c);
  const Shape &data = c.shape(0), &slope = c.shape(1);
  if (data.ranked() && slope.ranked()) {
    c.require(slope.rank() <= data.rank(), "the slope has more dimensions than the data");
    const Shape both = broadcast(data, slope);
    for (int64_t axis = 0; axis < data.rank(); ++axis)
      c.require(!data[axis].isInteger() || !both[axis].isInteger() || data[axis] == both[axis],
                "the slope cannot be broadcast to the data");
  }
  inferNumber(c);
}

constexpr auto preluOf = []<class T>(T x, T slope) {
  return x < T{0} ? static_cast<T>(static_cast<Wrapping<T>>(x) * static_cast<Wrapping<T>>(slope)) : x;
};

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  b.result(
      b.emit(ExprOp::select, b.emit(ExprOp::less, x, b.constant(0.0f)), b.emit(ExprOp::mul, x, b.in(1)), x));
  return true;
}

}  // namespace

constinit const Op prelu{
    .name = "PRelu",
    .since = 7,
    .sinceFor = sinceByType<SinceTable{.base = 7, .bf16 = 16, .ints = 9}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = infer,
    .reference = numberKernel<preluOf, 2>,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
