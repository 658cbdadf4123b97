// A constant that is added between a Reshape and the one that undoes it is added without them: windows of
// attention get their masks so.
#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

/// Extents of the constant in the outer shape. Both shapes fall into runs of axes with the same product; of
/// each run the constant covers all or is the same everywhere.
std::optional<Dims> outerExtents(const Dims& constant, const Dims& inner, const Dims& outer) {
  const size_t lead = inner.size() - constant.size();
  Dims result;
  for (size_t in = 0, out = 0; in < inner.size() || out < outer.size();) {
    int64_t left = 1, right = 1;
    bool covers = true, same = true;
    const size_t firstOut = out;
    do {
      if (left <= right && in < inner.size()) {
        const int64_t own = in < lead ? 1 : constant[in - lead];
        covers = covers && own == inner[in];
        same = same && own == 1;
        left *= inner[in++];
      } else if (out < outer.size()) {
        right *= outer[out++];
      } else {
        return std::nullopt;
      }
    } while (left != right);
    if (!covers && !same) return std::nullopt;
    for (size_t axis = firstOut; axis < out; ++axis) result.push_back(covers ? outer[axis] : 1);
  }
  return result;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::add) return NoMatch{};
  const auto operand = constantOperand(graph, node);
  if (!operand || !usedOnce(graph, operand->variable)) return NoMatch{};
  const NodeId before = producerOf(graph, operand->variable, ops::reshape);
  const NodeId after = soleUser(graph, node.out[0]);
  if (before == kNoNode || after == kNoNode || graph.node(after).op != &ops::reshape) return NoMatch{};
  const ValueId source = graph.node(before).in[0], result = graph.node(after).out[0];
  const Shape &outer = graph.value(source).shape, &inner = graph.value(node.out[0]).shape;
  if (!outer.isStatic() || !sameShape(outer, graph.value(result).shape) ||
      !sameShape(inner, graph.value(operand->variable).shape) || *outer.count() == 0)
    return NoMatch{};
  const Tensor& constant = *graph.constant(operand->constant);
  const auto extents = outerExtents(constant.dims(), inner.staticDims(), outer.staticDims());
  if (!extents) return Declined{"the constant is cut by the Reshape"};
  GraphBuilder builder(graph, {before, id, after});
  const ValueId moved = reshapeTo(builder, operand->constant, {.dims = *extents}, node.name + ".constant");
  builder.replace(result, builder.node(ops::add, nullptr, {source, moved}, node.name));
  return builder.finish("the constant is added without the Reshapes around it");
}

}  // namespace

extern const Pass addBetweenReshapes{.name = "add_between_reshapes",
                                     .summary = "adds a constant without the two Reshapes around it",
                                     .run = run};

}  // namespace ridge::passes
