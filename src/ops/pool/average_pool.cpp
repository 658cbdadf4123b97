#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/pool/pool.h"
#include "ops/pool/pool_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<AveragePoolAttributes>();
  requireFloat(c, 0);
  inferPool(c, attrs, attrs.ceilMode);
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<AveragePoolAttributes>();
  const PoolWalk walk(k, attrs, attrs.ceilMode);
  walk.lines([&](const PoolLine& line) {
    double sums[PoolWalk::kMostLine] = {};
    walk.positions(line, [&](int64_t first, std::span<const double> values, int64_t, int64_t, int64_t) {
      for (size_t at = 0; at < values.size(); ++at) sums[static_cast<size_t>(first) + at] += values[at];
    });
    const int64_t slab = averagedElements(walk.z(), line.oz, attrs.countIncludePad) *
                         averagedElements(walk.y(), line.oy, attrs.countIncludePad);
    for (int64_t at = 0; at < line.count; ++at)
      sums[at] /= static_cast<double>(slab * averagedElements(walk.x(), line.ox + at, attrs.countIncludePad));
    storeNumbers(k.output(0), line.outputIndex, line.count, sums);
  });
}

Cost cost(const Node& node, const Graph& graph) {
  return poolCost(node, graph, node.as<AveragePoolAttributes>());
}

int since(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<AveragePoolAttributes>();
  constexpr ops::SinceTable kTypes{.bf16 = 22};
  int needed = ops::sinceOfType(kTypes, ops::inputType(node, graph, 0));
  if (attrs.countIncludePad) needed = std::max(needed, 7);
  if (attrs.ceilMode) needed = std::max(needed, 10);
  if (!attrs.dilations.empty()) needed = std::max(needed, 19);
  return needed;
}

}  // namespace

constinit const Op ops::averagePool{.name = "AveragePool",
                                    .sinceFor = since,
                                    .attributes = AveragePoolAttributes::read,
                                    .infer = infer,
                                    .reference = reference,
                                    .cost = cost};

}  // namespace ridge
