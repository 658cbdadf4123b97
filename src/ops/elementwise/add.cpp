// Add.
#include "ops/elementwise/contents.h"
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

constexpr auto addOf = []<class T>(T x, T y) {
  return static_cast<T>(static_cast<Wrapping<T>>(x) + static_cast<Wrapping<T>>(y));
};

std::optional<int64_t> exact(int64_t x, int64_t y) {
  int64_t result;
  if (__builtin_add_overflow(x, y, &result)) return std::nullopt;
  return result;
}

void infer(InferContext& c) {
  inferNumbers(c);
  inferBinaryContents(c, [](const Dim& x, const Dim& y) { return foldDims(x, y, 0, true, exact); });
}

}  // namespace

constinit const Op add{
    .name = "Add",
    .since = 7,
    .sinceFor = sinceByType<SinceTable{.base = 7, .narrowInts = 14}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = infer,
    .reference = numberKernel<addOf, 2>,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::add>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
