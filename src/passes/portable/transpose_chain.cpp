// A Transpose of a Transpose is one Transpose, or nothing.
#include "ir/matcher.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::transpose) return NoMatch{};
  const NodeId before = producerOf(graph, node.in[0], ops::transpose);
  if (before == kNoNode) return NoMatch{};
  const ValueId source = graph.node(before).in[0];
  const Shape& shape = graph.value(source).shape;
  if (!shape.ranked()) return Declined{"the rank is not known"};
  const auto first = graph.node(before).as<ops::TransposeAttributes>().permutation(shape.rank());
  const auto second = node.as<ops::TransposeAttributes>().permutation(shape.rank());

  std::vector<int64_t> perm;
  for (const int64_t axis : second) perm.push_back(first[static_cast<size_t>(axis)]);
  auto attrs = std::make_shared<ops::TransposeAttributes>();
  attrs->perm = std::move(perm);
  // One that moves nothing is left to no_op.
  GraphBuilder builder(graph, {before, id});
  builder.replace(node.out[0], builder.node(ops::transpose, std::move(attrs), {source}, node.name));
  return builder.finish("two Transposes became one");
}

}  // namespace

extern const Pass transposeChain{.name = "transpose_chain", .summary = "composes Transposes", .run = run};

}  // namespace ridge::passes
