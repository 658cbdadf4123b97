// Clip.
#include "ops/activation/clip.h"

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  requireSameType(c);
  for (size_t bound : {size_t{1}, size_t{2}})
    if (c.has(bound) && c.shape(bound).isStatic())
      c.require(*c.shape(bound).count() == 1, "min and max must be scalars");
  inferNumber(c);
}

template <class T>
void clipElements(KernelContext& k) {
  T low = std::numeric_limits<T>::lowest(), high = std::numeric_limits<T>::max();
  if constexpr (std::is_floating_point_v<T>) {
    low = -std::numeric_limits<T>::infinity();
    high = std::numeric_limits<T>::infinity();
  }
  if (k.has(1)) low = loadNumber<T>(k.input(1), 0);
  if (k.has(2)) high = loadNumber<T>(k.input(2), 0);
  // min(high, max(low, x)): high wins over low, NaN stays NaN.
  mapElements<T, T>(k, [=](T x) {
    const T raised = low > x ? low : x;
    return high < raised ? high : raised;
  });
}

void reference(KernelContext& k) {
  for (size_t bound : {size_t{1}, size_t{2}})
    if (k.has(bound) && k.input(bound).count() != 1) k.fail("min and max must be scalars");
  withArithmeticClass(k.input(0).type, [&]<class T>() { clipElements<T>(k); });
}

bool expression(const Node&, ExprBuilder& b) {
  uint16_t clipped = b.in(0);
  if (b.has(1)) clipped = b.emit(ExprOp::max, b.in(1), clipped);
  if (b.has(2)) clipped = b.emit(ExprOp::min, b.in(2), clipped);
  b.result(clipped);
  return true;
}

std::optional<double> boundOf(const Node& node, const Graph& graph, size_t input, double otherwise) {
  if (input >= node.in.size() || node.in[input] == kNoValue) return otherwise;
  const Tensor* constant = graph.constant(node.in[input]);
  if (!constant || constant->count() != 1) return std::nullopt;
  return toDoubles(*constant).front();
}

}  // namespace

std::optional<ClipRange> clipRange(const Node& node, const Graph& graph) {
  ClipRange range;
  const auto low = boundOf(node, graph, 1, range.low), high = boundOf(node, graph, 2, range.high);
  if (!low || !high) return std::nullopt;
  return ClipRange{*low, *high};
}

constinit const Op clip{
    .name = "Clip",
    .since = 11,
    .sinceFor = sinceByType<SinceTable{.base = 11, .ints = 12}>,
    .minInputs = 1,
    .maxInputs = 3,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<2>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
