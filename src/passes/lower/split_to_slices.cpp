// A Split becomes Slices, one for each part: the memory planner reads those where they are.
#include <fmt/format.h>

#include "ir/dump.h"
#include "ops/movement/split.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

Tensor oneInt(int64_t value) {
  return Tensor::of({1}, std::span<const int64_t>(&value, 1));
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::split) return NoMatch{};
  const Shape& shape = graph.value(node.in[0]).shape;
  if (!shape.isStatic()) return NoMatch{};
  const int64_t axis = normalizeAxis(node.as<ops::SplitAttributes>().axis, shape.rank());
  for (const ValueId out : node.out)
    if (out == kNoValue || !graph.value(out).shape.isStatic()) return NoMatch{};
  GraphBuilder builder(graph, {id});
  const std::string name = displayName(graph, id);
  const ValueId axes = builder.constant(name + ".axes", oneInt(axis));
  int64_t start = 0;
  for (size_t at = 0; at < node.out.size(); ++at) {
    const int64_t end = start + graph.value(node.out[at]).shape[axis].value();
    const ValueId starts = builder.constant(name + ".starts", oneInt(start));
    const ValueId ends = builder.constant(name + ".ends", oneInt(end));
    builder.replace(node.out[at], builder.node(ops::slice, nullptr, {node.in[0], starts, ends, axes},
                                               fmt::format("{}.{}", name, at)));
    start = end;
  }
  return builder.finish("one Slice for each part");
}

}  // namespace

extern const Pass splitToSlices{
    .name = "split_to_slices", .summary = "makes a Split a Slice for each part", .run = run};

}  // namespace ridge::passes
