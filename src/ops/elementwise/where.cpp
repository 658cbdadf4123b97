// Where.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const DType condition = c.type(0);
  c.require(condition == DType::undefined || condition == DType::boolean, "the condition must be boolean");
  inferBroadcastAs(c, requireSameType(c, 1));
}

void reference(KernelContext& k) {
  withNumberClass(k.input(1).type, [&]<class T>() {
    mapElements<T, bool, T, T>(k, [](bool condition, T x, T y) { return condition ? x : y; });
  });
}

}  // namespace

constinit const Op where{
    .name = "Where",
    .since = 9,
    .sinceFor = [](const Node& node,
                   const Graph& graph) { return inputType(node, graph, 1) == DType::bf16 ? 16 : 9; },
    .minInputs = 3,
    .maxInputs = 3,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
