#include <cmath>

#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/pool/pool.h"
#include "ops/pool/pool_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<LpPoolAttributes>();
  requireFloat(c, 0);
  c.require(attrs.p > 0, "p must be positive");
  inferPool(c, attrs, attrs.ceilMode);
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<LpPoolAttributes>();
  const PoolWalk walk(k, attrs, attrs.ceilMode);
  const auto p = static_cast<double>(attrs.p);
  walk.lines([&](const PoolLine& line) {
    double sums[PoolWalk::kMostLine] = {};
    walk.positions(line, [&](int64_t first, std::span<const double> values, int64_t, int64_t, int64_t) {
      for (size_t at = 0; at < values.size(); ++at)
        sums[static_cast<size_t>(first) + at] += std::pow(std::fabs(values[at]), p);
    });
    for (int64_t at = 0; at < line.count; ++at) sums[at] = std::pow(sums[at], 1.0 / p);
    storeNumbers(k.output(0), line.outputIndex, line.count, sums);
  });
}

Cost cost(const Node& node, const Graph& graph) {
  return poolCost(node, graph, node.as<LpPoolAttributes>());
}

int since(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<LpPoolAttributes>();
  constexpr ops::SinceTable kTypes{.base = 11, .bf16 = 22};
  const int byForm = attrs.ceilMode || !attrs.dilations.empty() ? 18 : 11;
  return std::max(byForm, ops::sinceOfType(kTypes, ops::inputType(node, graph, 0)));
}

}  // namespace

constinit const Op ops::lpPool{.name = "LpPool",
                               .since = 11,
                               .sinceFor = since,
                               .attributes = LpPoolAttributes::read,
                               .infer = infer,
                               .reference = reference,
                               .cost = cost};

}  // namespace ridge
