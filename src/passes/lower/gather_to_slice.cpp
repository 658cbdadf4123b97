// A Gather of one index, or of indices that are equal steps apart, is a Slice (and a Reshape): the memory
// planner reads it where it is.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/movement/gather.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

Tensor oneInt(int64_t value) {
  return Tensor::of({1}, std::span<const int64_t>(&value, 1));
}

struct Steps {
  int64_t first = 0, step = 1, last = 0;
};

/// None where an index lies outside, and where they do not climb by equal steps.
std::optional<Steps> stepsOf(const std::vector<int64_t>& indices, int64_t size) {
  Steps steps;
  for (size_t at = 0; at < indices.size(); ++at) {
    if (indices[at] < -size || indices[at] >= size) return std::nullopt;
    const int64_t index = indices[at] < 0 ? indices[at] + size : indices[at];
    if (at == 0) steps.first = index;
    if (at == 1) steps.step = index - steps.first;
    if (at > 0 && (steps.step <= 0 || index - steps.last != steps.step)) return std::nullopt;
    steps.last = index;
  }
  return indices.empty() ? std::nullopt : std::optional(steps);
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::gather || !graph.constant(node.in[1])) return NoMatch{};
  const Shape &from = graph.value(node.in[0]).shape, &to = graph.value(node.out[0]).shape;
  if (!from.isStatic() || !to.isStatic() || to.count() == 0) return NoMatch{};
  const int64_t axis = normalizeAxis(node.as<ops::GatherAttributes>().axis, from.rank());
  const Tensor& indices = *graph.constant(node.in[1]);
  const auto steps = stepsOf(toInts(indices), from[axis].value());
  if (!steps) return Declined{"its indices are not equal steps apart"};

  GraphBuilder builder(graph, {id});
  const std::string name = displayName(graph, id);
  const std::vector<ValueId> in{node.in[0], builder.constant(name + ".starts", oneInt(steps->first)),
                                builder.constant(name + ".ends", oneInt(steps->last + 1)),
                                builder.constant(name + ".axes", oneInt(axis)),
                                builder.constant(name + ".steps", oneInt(steps->step))};
  ValueId result = builder.node(ops::slice, nullptr, in, name);
  if (indices.rank() != 1)
    result = reshapeTo(builder, result, {.dims = to.staticDims()}, name + ".axes_of_indices");
  builder.replace(node.out[0], result);
  return builder.finish("its indices are a slice");
}

}  // namespace

extern const Pass gatherToSlice{.name = "gather_to_slice",
                                .summary = "makes a Gather of indices that are equal steps apart a Slice",
                                .run = run};

}  // namespace ridge::passes
