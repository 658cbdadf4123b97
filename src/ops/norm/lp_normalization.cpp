#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/norm/norm.h"
#include "ops/norm/norm_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<LpNormalizationAttributes>();
  c.require(attrs.p == 1 || attrs.p == 2, "p must be 1 or 2");
  requireFloat(c, 0);
  requireRank(c, 0, 1);
  if (c.shape(0).ranked()) axisOf(c, attrs.axis, c.shape(0).rank());
  inferSameAsInput(c);
}

AxisBits axisBits(const Node& node, size_t rank) {
  return AxisBits{1} << normalizeAxis(node.as<LpNormalizationAttributes>().axis, static_cast<int64_t>(rank));
}

template <int kPower>
struct Norm {
  double sum = 0;
  void add(double x, int64_t) { sum += kPower == 1 ? std::fabs(x) : x * x; }
  double result(int64_t) const { return kPower == 1 ? sum : std::sqrt(sum); }
};

void reference(KernelContext& k) {
  Statistics statistics(k, axisBits(k.node(), k.input(0).dims.size()));
  if (k.attrs<LpNormalizationAttributes>().p == 1)
    statistics.reduce<Norm<1>>(0);
  else
    statistics.reduce<Norm<2>>(0);
  const std::array<TensorView, 2> inputs = {k.input(0), statistics.array(0)};
  const KernelContext division(k.node(), inputs, {&k.output(0), 1}, {});
  mapElements<double, double, double>(division,
                                      [](double x, double norm) { return norm == 0 ? 0.0 : x / norm; });
}

size_t scratch(const Node& node, const Graph& graph) {
  const auto rank = static_cast<size_t>(graph.value(node.in[0]).shape.rank());
  return statisticsBytes(graph, node, axisBits(node, rank), 1);
}

}  // namespace

constinit const Op ops::lpNormalization{.name = "LpNormalization",
                                        .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 22}>,
                                        .attributes = LpNormalizationAttributes::read,
                                        .infer = infer,
                                        .reference = reference,
                                        .scratch = scratch,
                                        .cost = costPerInput<3>};

}  // namespace ridge
