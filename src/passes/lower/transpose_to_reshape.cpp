// A Transpose that moves only axes of size 1 moves no element: a Reshape, which is a view.
#include "ir/dump.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

bool keepsOrder(const Shape& shape, const std::vector<int64_t>& perm) {
  int64_t last = -1;
  for (const int64_t axis : perm) {
    if (shape[axis] == Dim(1)) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::transpose) return NoMatch{};
  const Shape& shape = graph.value(node.in[0]).shape;
  if (!shape.isStatic()) return NoMatch{};
  const auto perm = node.as<ops::TransposeAttributes>().permutation(shape.rank());
  const auto target = reshapeTargetOf(shape, graph.value(node.out[0]).shape);
  if (!keepsOrder(shape, perm) || !target) return NoMatch{};
  GraphBuilder builder(graph, {id});
  builder.replace(node.out[0], reshapeTo(builder, node.in[0], *target, displayName(graph, id)));
  return builder.finish("moves only axes of size 1");
}

}  // namespace

extern const Pass transposeToReshape{.name = "transpose_to_reshape",
                                     .summary = "makes a Transpose that moves no element a Reshape",
                                     .run = run};

}  // namespace ridge::passes
