// A Reshape whose target is computed at run time gets a constant one where the result's shape says it: this
// frees the Shape -> Gather -> Concat chains of exporters, also with a symbolic batch.
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::reshape || graph.constant(node.in[1])) return NoMatch{};
  const auto target =
      reshapeTargetOf(graph.value(node.in[0]).shape, graph.value(node.out[0]).shape, hasRest(graph, node));
  if (!target) return Declined{"too little is known of the shape that it makes"};
  GraphBuilder builder(graph, {id});
  builder.replace(node.out[0], reshapeTo(builder, node.in[0], *target, node.name));
  return builder.finish("its target is constant");
}

}  // namespace

extern const Pass reshapeTarget{
    .name = "reshape_target", .summary = "gives a Reshape with a computed target a constant one", .run = run};

}  // namespace ridge::passes
