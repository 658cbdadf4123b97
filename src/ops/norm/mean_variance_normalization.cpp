#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/norm/norm.h"
#include "ops/norm/norm_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

AxisBits axisBits(const Node& node, size_t rank) {
  AxisBits bits = 0;
  for (int64_t axis : node.as<MeanVarianceNormalizationAttributes>().axes)
    bits |= AxisBits{1} << normalizeAxis(axis, static_cast<int64_t>(rank));
  return bits;
}

void infer(InferContext& c) {
  requireFloat(c, 0);
  if (c.shape(0).ranked()) axisBits(c.node(), static_cast<size_t>(c.shape(0).rank()));
  inferSameAsInput(c);
}

// Both moments at once, by updates that do not cancel.
struct Welford {
  double count = 0, mean = 0, squares = 0;
  void add(double x, int64_t) {
    count += 1;
    const double before = x - mean;
    mean += before / count;
    squares += before * (x - mean);
  }
};
struct Mean : Welford {
  double result(int64_t) const { return mean; }
};
struct Deviation : Welford {
  double result(int64_t) const { return std::sqrt(squares / count); }
};

void reference(KernelContext& k) {
  Statistics statistics(k, axisBits(k.node(), k.input(0).dims.size()));
  statistics.reduce<Mean>(0);
  statistics.reduce<Deviation>(1);
  const std::array<TensorView, 3> inputs = {k.input(0), statistics.array(0), statistics.array(1)};
  const KernelContext division(k.node(), inputs, {&k.output(0), 1}, {});
  mapElements<double, double, double, double>(
      division, [](double x, double mean, double deviation) { return (x - mean) / (deviation + 1e-9); });
}

size_t scratch(const Node& node, const Graph& graph) {
  const auto rank = static_cast<size_t>(graph.value(node.in[0]).shape.rank());
  return statisticsBytes(graph, node, axisBits(node, rank), 2);
}

}  // namespace

constinit const Op ops::meanVarianceNormalization{
    .name = "MeanVarianceNormalization",
    .since = 9,
    .sinceFor = ops::sinceByType<ops::SinceTable{.base = 9, .bf16 = 13}>,
    .attributes = MeanVarianceNormalizationAttributes::read,
    .infer = infer,
    .reference = reference,
    .scratch = scratch,
    .cost = costPerInput<6>};

}  // namespace ridge
