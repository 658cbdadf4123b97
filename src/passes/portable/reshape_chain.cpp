// Reshape, Flatten, Squeeze or Unsqueeze of another of them reads that one's input.
#include <algorithm>

#include "ops/ops.h"
#include "ops/shape/reshape.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

// A target without copied dimensions means the same whatever the input's shape is.
bool hasFreeTarget(const Graph& graph, const Node& node) {
  if (node.op != &ops::reshape) return false;
  const auto target = knownIntegers(graph, node.in[1]);
  if (!target || !graph.constant(node.in[1])) return false;
  return node.as<ops::ReshapeAttributes>().allowZero || std::count(target->begin(), target->end(), 0) == 0;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (!isReshape(*node.op)) return NoMatch{};
  const NodeId before = graph.producer(node.in[0]);
  if (before == kNoNode || !isReshape(*graph.node(before).op)) return NoMatch{};
  const ValueId source = graph.node(before).in[0];

  GraphBuilder builder(graph, {before, id});
  if (hasFreeTarget(graph, node)) {
    builder.replace(node.out[0], builder.node(ops::reshape, node.attrs, {source, node.in[1]}, node.name));
  } else {
    const auto target =
        reshapeTargetOf(graph.value(source).shape, graph.value(node.out[0]).shape, hasRest(graph, node));
    if (!target) return Declined{"too little is known of the shape that it makes"};
    builder.replace(node.out[0], reshapeTo(builder, source, *target, node.name));
  }
  return builder.finish("two changes of shape became one");
}

}  // namespace

extern const Pass reshapeChain{.name = "reshape_chain",
                               .summary = "one Reshape for a chain of Reshape, Flatten, Squeeze, Unsqueeze",
                               .run = run};

}  // namespace ridge::passes
