// GlobalAveragePool and GlobalMaxPool: reductions over all pixels.
#include "cpu/reduce_step.h"
#include "cpu/tactics/tactics.h"
#include "ops/ops.h"

namespace ridge::cpu {

namespace {

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty()) return;
  const Node& node = graph.node(region.anchor());
  const bool average = node.op == &ops::globalAveragePool;
  if (!average && node.op != &ops::globalMaxPool) return;
  std::vector<bool> reduced(static_cast<size_t>(graph.value(node.in[0]).shape.rank()), true);
  reduced[0] = reduced[1] = false;
  proposeReduce(graph, region, "global_pool", average ? ReduceKind::mean : ReduceKind::max, reduced,
                proposals);
}

}  // namespace

const Tactic kGlobalPool{"global_pool", propose, compileReduce, nullptr};

}  // namespace ridge::cpu
