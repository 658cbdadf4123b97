// ReduceSum, ReduceMean, ReduceMax, ReduceMin over known axes.
#include "cpu/reduce_step.h"

#include "cpu/tactics/tactics.h"
#include "ops/ops.h"
#include "ops/reduce/reduce.h"

namespace ridge::cpu {

namespace {

std::optional<ReduceKind> kindOf(const Op& op) {
  if (&op == &ops::reduceSum) return ReduceKind::sum;
  if (&op == &ops::reduceMean) return ReduceKind::mean;
  if (&op == &ops::reduceMax) return ReduceKind::max;
  if (&op == &ops::reduceMin) return ReduceKind::min;
  return std::nullopt;
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty()) return;
  const Node& node = graph.node(region.anchor());
  const auto kind = kindOf(*node.op);
  if (!kind) return;
  const auto axes = reducedAxes(graph, node);
  if (!axes) {
    proposals.refusals.push_back({"reduce", "its axes are not known"});
    return;
  }
  std::vector<bool> reduced(static_cast<size_t>(graph.value(node.in[0]).shape.rank()), false);
  for (int64_t axis : *axes) reduced[static_cast<size_t>(axis)] = true;
  proposeReduce(graph, region, "reduce", *kind, reduced, proposals);
}

}  // namespace

const Tactic kReduce{"reduce", propose, compileReduce, nullptr};

}  // namespace ridge::cpu
