// Div. Integers truncate toward zero.
#include <limits>

#include "ops/elementwise/contents.h"
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

constexpr auto divOf = []<class T>(T x, T y) {
  // The one signed quotient that does not fit wraps around.
  if constexpr (std::is_same_v<T, int64_t>)
    if (y == -1) return static_cast<T>(-static_cast<uint64_t>(x));
  return static_cast<T>(x / y);
};

void reference(KernelContext& k) {
  const TensorView& divisor = k.input(1);
  const bool integers = numberClassOf(divisor.type) != NumberClass::real;
  if (integers && k.output(0).count() > 0)
    for (int64_t at = 0; at < divisor.count(); ++at)
      if (loadNumber<int64_t>(divisor, at) == 0) k.fail("an integer is divided by zero");
  numberKernel<divOf, 2>(k);
}

std::optional<int64_t> exact(int64_t x, int64_t y) {
  if (y == 0 || (y == -1 && x == std::numeric_limits<int64_t>::min())) return std::nullopt;
  return x / y;
}

void infer(InferContext& c) {
  inferNumbers(c);
  inferBinaryContents(c, [](const Dim& x, const Dim& y) { return foldDims(x, y, 1, false, exact); });
}

}  // namespace

constinit const Op div{
    .name = "Div",
    .since = 7,
    .sinceFor = sinceByType<SinceTable{.base = 7, .narrowInts = 14}>,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = oneInstruction<ExprOp::div>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
