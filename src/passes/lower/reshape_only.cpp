// Flatten, Squeeze and Unsqueeze become Reshape with a constant target.
#include "ir/dump.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op == &ops::reshape || !isReshape(*node.op)) return NoMatch{};
  const auto target = reshapeTargetOf(graph.value(node.in[0]).shape, graph.value(node.out[0]).shape);
  if (!target) return Declined{"too little is known of the shape that it makes"};
  GraphBuilder builder(graph, {id});
  builder.replace(node.out[0], reshapeTo(builder, node.in[0], *target, displayName(graph, id)));
  return builder.finish("became Reshape");
}

}  // namespace

extern const Pass reshapeOnly{.name = "reshape_only",
                              .summary = "makes Flatten, Squeeze and Unsqueeze Reshape",
                              .run = run,
                              .required = true};

}  // namespace ridge::passes
