// Mean.
#include "ops/elementwise/variadic.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  const auto count = static_cast<double>(k.inputCount());
  foldInputs<double>(
      k, [](double x, double y) { return x + y; }, [count](double x) { return x / count; });
}

bool expression(const Node& node, ExprBuilder& b) {
  const auto add = [&](uint16_t x, uint16_t y, size_t) { return b.emit(ExprOp::add, x, y); };
  if (!chainInputs(node, b, add)) return false;
  b.result(b.emit(ExprOp::div, b.result(), b.constant(static_cast<float>(node.in.size()))));
  return true;
}

}  // namespace

constinit const Op meanOf{
    .name = "Mean",
    .since = 8,
    .sinceFor = sinceByType<SinceTable{.base = 8}>,
    .minInputs = 1,
    .maxInputs = -1,
    .infer = inferVariadic,
    .reference = reference,
    .cost =
        [](const Node& node, const Graph& graph) {
          return elementwiseCost(node, graph, static_cast<int64_t>(node.in.size()));
        },
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
