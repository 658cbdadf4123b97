// Sum.
#include "ops/elementwise/variadic.h"

namespace ridge::ops {
namespace {

void reference(KernelContext& k) {
  requireReal(k);
  foldInputs<double>(
      k, [](double x, double y) { return x + y; }, [](double x) { return x; });
}

bool expression(const Node& node, ExprBuilder& b) {
  return chainInputs(node, b, [&](uint16_t x, uint16_t y, size_t) { return b.emit(ExprOp::add, x, y); });
}

}  // namespace

constinit const Op sumOf{
    .name = "Sum",
    .since = 8,
    .sinceFor = sinceByType<SinceTable{.base = 8}>,
    .minInputs = 1,
    .maxInputs = -1,
    .infer = inferVariadic,
    .reference = reference,
    .cost =
        [](const Node& node, const Graph& graph) {
          return elementwiseCost(node, graph, static_cast<int64_t>(node.in.size()) - 1);
        },
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
