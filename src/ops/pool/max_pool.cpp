#include <cmath>
#include <limits>

#include "ops/ops.h"
#include "ops/pool/pool.h"
#include "ops/pool/pool_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<MaxPoolAttributes>();
  c.require(attrs.storageOrder == 0 || attrs.storageOrder == 1, "storage_order must be 0 or 1");
  inferPool(c, attrs, attrs.ceilMode);
}

// Place of an input element in the whole tensor, as Indices counts it.
int64_t flatIndex(const PoolWalk& walk, bool columnsFirst, int64_t plane, int64_t iz, int64_t iy,
                  int64_t ix) {
  const int64_t depth = walk.z().input, height = walk.y().input, width = walk.x().input;
  const int64_t base = plane * depth * height * width;
  return base + (columnsFirst ? (ix * height + iy) * depth + iz : (iz * height + iy) * width + ix);
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<MaxPoolAttributes>();
  const PoolWalk walk(k, attrs, attrs.ceilMode);
  const bool columnsFirst = attrs.storageOrder == 1;
  walk.lines([&](const PoolLine& line) {
    double best[PoolWalk::kMostLine];
    int64_t places[PoolWalk::kMostLine];
    std::fill_n(best, line.count, -std::numeric_limits<double>::infinity());
    std::fill_n(places, line.count, -1);
    walk.positions(line,
                   [&](int64_t first, std::span<const double> values, int64_t iz, int64_t iy, int64_t ix) {
                     for (size_t at = 0; at < values.size(); ++at) {
                       const size_t o = static_cast<size_t>(first) + at;
                       // A NaN stays; among equals the first wins.
                       if (!(values[at] > best[o] || std::isnan(values[at]) || places[o] < 0)) continue;
                       best[o] = values[at];
                       places[o] = flatIndex(walk, columnsFirst, line.plane, iz, iy,
                                             ix + static_cast<int64_t>(at) * walk.x().stride);
                     }
                   });
    storeNumbers(k.output(0), line.outputIndex, line.count, best);
    if (k.wants(1)) storeNumbers(k.output(1), line.outputIndex, line.count, places);
  });
}

Cost cost(const Node& node, const Graph& graph) {
  return poolCost(node, graph, node.as<MaxPoolAttributes>());
}

int since(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<MaxPoolAttributes>();
  constexpr ops::SinceTable kTypes{.bf16 = 22, .ints = 12};
  int needed = ops::sinceOfType(kTypes, ops::inputType(node, graph, 0));
  if (attrs.storageOrder != 0 || node.out.size() > 1) needed = std::max(needed, 8);
  if (attrs.ceilMode || !attrs.dilations.empty()) needed = std::max(needed, 10);
  return needed;
}

}  // namespace

constinit const Op ops::maxPool{.name = "MaxPool",
                                .sinceFor = since,
                                .maxOutputs = 2,
                                .attributes = MaxPoolAttributes::read,
                                .infer = infer,
                                .reference = reference,
                                .cost = cost};

}  // namespace ridge
