// Pow. The result has the base's type; the exponent's may differ.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  inferBroadcastAs(c, c.type(0));
}

// Exact modulo 2^64, so it wraps in every width.
template <class T>
T integerPower(T base, uint64_t exponent) {
  uint64_t power = 1, square = static_cast<uint64_t>(base);
  for (; exponent > 0; exponent >>= 1, square *= square)
    if (exponent & 1) power *= square;
  return static_cast<T>(power);
}

// Below zero only 1 and -1 have an integer power that is not 0.
template <class T>
T negativePower(T base, uint64_t magnitude) {
  if (base == T{1}) return base;
  if (base == static_cast<T>(-1) && std::is_signed_v<T>) return magnitude % 2 ? base : T{1};
  return T{0};
}

template <class T>
void integersToIntegers(KernelContext& k) {
  const TensorView& exponents = k.input(1);
  if (numberClassOf(exponents.type) == NumberClass::unsignedInteger) {
    mapElements<T, T, uint64_t>(k, [](T x, uint64_t y) { return integerPower(x, y); });
    return;
  }
  mapElements<T, T, int64_t>(k, [](T x, int64_t y) {
    return y < 0 ? negativePower(x, -static_cast<uint64_t>(y)) : integerPower(x, static_cast<uint64_t>(y));
  });
}

void reference(KernelContext& k) {
  const bool realBase = numberClassOf(k.input(0).type) == NumberClass::real;
  const bool realExponent = numberClassOf(k.input(1).type) == NumberClass::real;
  if (realBase)
    mapElements<double, double, double>(k, [](double x, double y) { return std::pow(x, y); });
  else if (realExponent)
    mapElements<double, double, double>(k, [](double x, double y) { return std::trunc(std::pow(x, y)); });
  else
    withArithmeticClass(k.input(0).type, [&]<class T>() { integersToIntegers<T>(k); });
}

bool expression(const Node&, ExprBuilder& b) {
  const std::optional<float> exponent = b.scalar(1);
  if (!exponent) return false;
  const uint16_t x = b.in(0);
  if (*exponent == 1.0f) {
    b.result(x);
  } else if (*exponent == 2.0f) {
    b.result(b.emit(ExprOp::mul, x, x));
  } else if (*exponent == 3.0f) {
    b.result(b.emit(ExprOp::mul, b.emit(ExprOp::mul, x, x), x));
  } else if (*exponent == 0.5f) {
    b.result(b.emit(ExprOp::sqrt, x));
  } else if (*exponent == -0.5f) {
    b.result(b.emit(ExprOp::div, b.constant(1.0f), b.emit(ExprOp::sqrt, x)));
  } else if (*exponent == -1.0f) {
    b.result(b.emit(ExprOp::div, b.constant(1.0f), x));
  } else {
    return false;
  }
  return true;
}

int sinceFor(const Node& node, const Graph& graph) {
  const DType base = inputType(node, graph, 0), exponent = inputType(node, graph, 1);
  const int mixed = exponent == DType::bf16 && base != DType::bf16 ? 15 : base != exponent ? 12 : 7;
  return std::max(mixed, sinceOfType({.base = 7, .ints = 12}, base));
}

}  // namespace

constinit const Op pow{
    .name = "Pow",
    .since = 7,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 2,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
