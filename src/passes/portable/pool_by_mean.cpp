// A mean over all spatial axes is GlobalAveragePool: ReduceMean, or AveragePool with a window as large as its
// input.
#include <algorithm>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/flatten.h"
#include "passes/pass.h"
#include "passes/window.h"

namespace ridge::passes {
namespace {

// 2, 3, ... to the last.
bool areSpatial(const std::vector<int64_t>& axes, int64_t rank) {
  if (static_cast<int64_t>(axes.size()) != rank - 2) return false;
  for (size_t at = 0; at < axes.size(); ++at)
    if (axes[at] != static_cast<int64_t>(at) + 2) return false;
  return true;
}

Rewrite fromReduceMean(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const Value& x = graph.value(node.in[0]);
  const auto axes = reducedAxes(graph, node);
  if (!x.shape.ranked() || x.shape.rank() < 3 || !isFloat(x.type) || !axes) return NoMatch{};
  if (!areSpatial(*axes, x.shape.rank())) return NoMatch{};

  GraphBuilder builder(graph, {id});
  const std::string name = displayName(graph, id);
  ValueId mean = builder.node(ops::globalAveragePool, nullptr, {node.in[0]}, name);
  if (!node.as<ReduceAttributes>().keepDims)
    mean = builder.node(ops::flatten, std::make_shared<ops::FlattenAttributes>(), {mean}, name);
  builder.replace(node.out[0], mean);
  return builder.finish("the mean over all spatial axes");
}

Rewrite fromAveragePool(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const auto& attrs = node.as<AveragePoolAttributes>();
  const Shape& shape = graph.value(node.in[0]).shape;
  if (!shape.ranked() || shape.rank() != static_cast<int64_t>(attrs.kernelShape.size()) + 2) return NoMatch{};
  for (int64_t axis = 2; axis < shape.rank(); ++axis)
    if (shape[axis] != Dim(attrs.kernelShape[static_cast<size_t>(axis - 2)])) return NoMatch{};
  const auto isDilated = [](int64_t dilation) { return dilation != 1; };
  if (!padsNothing(attrs) || std::any_of(attrs.dilations.begin(), attrs.dilations.end(), isDilated))
    return NoMatch{};

  GraphBuilder builder(graph, {id});
  builder.replace(node.out[0],
                  builder.node(ops::globalAveragePool, nullptr, {node.in[0]}, displayName(graph, id)));
  return builder.finish("one window over all of its input");
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Op* op = graph.node(id).op;
  if (op == &ops::reduceMean) return fromReduceMean(graph, id);
  if (op == &ops::averagePool) return fromAveragePool(graph, id);
  return NoMatch{};
}

}  // namespace

extern const Pass poolByMean{
    .name = "pool_by_mean", .summary = "makes a mean over all spatial axes a GlobalAveragePool", .run = run};

}  // namespace ridge::passes
