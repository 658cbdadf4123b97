// Identity, of values of any kind.
#include "ops/evaluate_context.h"
#include "ops/shape/views.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  ValueType type = c.valueType(0);
  if (type.shape.ranked() && type.shape.rank() > 1) type.contents.reset();
  c.output(0, type);
}

void evaluate(EvaluateContext& c) {
  c.set(0, c.input(0));
}

int sinceFor(const Node& node, const Graph& graph) {
  const Container container = graph.value(node.in[0]).container;
  if (container == Container::sequence) return 14;
  if (container != Container::tensor) return 16;
  return sinceByType<SinceTable{.base = 1}>(node, graph);
}

}  // namespace

constinit const Op identity{
    .name = "Identity",
    .since = 1,
    .sinceFor = sinceFor,
    .infer = infer,
    .reference = copyKernel,
    .evaluate = evaluate,
    .traits = {.elementwise = true, .view = true, .commutesWithQdq = true},
};

}  // namespace ridge::ops
