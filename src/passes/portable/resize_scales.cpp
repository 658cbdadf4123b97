// A Resize to sizes that are computed at run time, where each of them is the input's own or an exact
// multiple, gets constant scales: this frees the shape arithmetic that copies the batch.
#include <cmath>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"
#include "ops/resize/resize.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

constexpr int64_t kMostExact = 1 << 24;  // integers that a float holds

/// The float by which `from` becomes `to`, both exactly and as every runtime rounds.
std::optional<float> exactScale(const Dim& from, const Dim& to) {
  if (from.sameAs(to)) return 1.0F;
  if (!from.isInteger() || !to.isInteger()) return std::nullopt;
  const int64_t in = from.value(), out = to.value();
  if (in <= 0 || out <= 0 || in > kMostExact || out > kMostExact) return std::nullopt;
  const float scale = static_cast<float>(out) / static_cast<float>(in);
  const double product = static_cast<double>(scale) * static_cast<double>(in);
  return product == static_cast<double>(out) ? std::optional(scale) : std::nullopt;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  const ValueId sizes = inputOf(node, 3);
  if (node.op != &ops::resize || sizes == kNoValue || graph.constant(sizes)) return NoMatch{};
  const auto& attrs = node.as<ops::ResizeAttributes>();
  const Shape& from = graph.value(node.in[0]).shape;
  const auto& to = graph.value(sizes).contents;
  if (!attrs.axes.empty() || attrs.policy != "stretch" || !from.ranked() || !to ||
      static_cast<int64_t>(to->size()) != from.rank())
    return Declined{"too little is known of the sizes"};
  std::vector<float> scales;
  for (int64_t axis = 0; axis < from.rank(); ++axis) {
    const auto scale = exactScale(from[axis], (*to)[static_cast<size_t>(axis)]);
    if (!scale) return Declined{"a size is no exact multiple of the input's"};
    scales.push_back(*scale);
  }
  GraphBuilder builder(graph, {id});
  std::vector<ValueId> in{node.in[0], inputOf(node, 1),
                          builder.constant(displayName(graph, id) + ".scales",
                                           Tensor::of({from.rank()}, std::span<const float>(scales)))};
  builder.replace(node.out[0], builder.node(ops::resize, node.attrs, std::move(in), node.name));
  return builder.finish("its sizes are constant multiples");
}

}  // namespace

extern const Pass resizeScales{
    .name = "resize_scales", .summary = "constant scales for a Resize to computed sizes", .run = run};

}  // namespace ridge::passes
