// Graphs and their plans under a roof.
#include "analyze/roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analyze/gains.h"
#include "api/backends.h"
#include "passes/lower.h"
#include "plan/planner.h"
#include "support/networks.h"
#include "unit/analyze_roofline/conv_network.h"

namespace ridge::analyze {
namespace {

using namespace ridge::test;
using testing::Pair;
using testing::UnorderedElementsAre;

const Roof kRoof{.peakOpsPerS = 1e9, .bandwidthBytesPerS = 1e8};

Plan planOf(const Graph& lowered) {
  PlanOptions options;
  options.backends = backendsFor("cpu");
  WeightStore nothing(WeightStore::Keeps::nothing);
  return makePlan(lowered, options, nothing);
}

/// True when `to` hangs on `from`, over any number of steps.
bool reaches(const Plan& plan, const Edges& edges, const std::string& from, const std::string& to) {
  std::set<int32_t> reached;
  for (size_t step = 0; step < plan.steps.size(); ++step)
    if (plan.steps[step].name == from) reached.insert(static_cast<int32_t>(step));
  for (const auto& [before, after] : edges)
    if (reached.contains(before)) reached.insert(after);
  for (int32_t step : reached)
    if (plan.steps[static_cast<size_t>(step)].name == to) return true;
  return false;
}

Graph lowerAll(const Graph& graph) {
  std::vector<BoundShape> shapes;
  for (ValueId id : graph.inputs())
    shapes.push_back(
        {graph.value(id).name,
         graph.value(id).shape.isStatic() ? graph.value(id).shape.staticDims() : Dims{1, 3, 8, 8},
         {}});
  PassReport report;
  return lower(graph, shapes, {}, report);
}

/// conv, relu, conv, and both added.
Graph residual() {
  GraphMaker m;
  const ConvSize size{.map = 8, .kernel = 3, .in = 16, .out = 16};
  const ValueId first = m.node(ops::relu, {addConv(m, m.input("x", {1, 16, 8, 8}), size, "a")}, "relu");
  m.output("y", m.node(ops::add, {addConv(m, first, size, "b"), first}, "sum"));
  return m.finish();
}

TEST(Roofline, SharesAddUpAndBoundsAreCounted) {
  const Roofline roofline = rooflineOf(costsOf(residual(), {}), kRoof);
  ASSERT_EQ(roofline.layers.size(), 4U);
  double shares = 0;
  for (const RooflineLayer& layer : roofline.layers) shares += layer.share;
  EXPECT_NEAR(shares, 1, 1e-12);
  EXPECT_EQ(roofline.layersBy[static_cast<size_t>(Bound::compute)], 2);
  EXPECT_EQ(roofline.layersBy[static_cast<size_t>(Bound::memory)], 2);
  EXPECT_NEAR(roofline.secondsBy[0] + roofline.secondsBy[1] + roofline.secondsBy[2], roofline.floorSeconds,
              1e-15);
}

TEST(Roofline, FusionSavesTheTrafficOfWhatIsFused) {
  const Graph lowered = lowerAll(residual());
  const Plan plan = planOf(lowered);
  const auto steps = costsOf(plan, lowered, {});
  const auto before = totalOf(costsOf(lowered, {})), after = totalOf(steps);
  int64_t kernels = 0, reformats = 0;
  for (const LayerCost& step : steps) {
    kernels += step.macs > 0;
    reformats += step.op == "reformat" ? step.bytes() : 0;
  }
  EXPECT_EQ(kernels, 2) << "two convolutions with what follows them";
  EXPECT_EQ(before.macs, after.macs);
  EXPECT_EQ(before.flops, after.flops);
  EXPECT_EQ(before.parameters, after.parameters);
  const int64_t map = 4 * 16 * 8 * 8;
  EXPECT_EQ(before.bytes() - (after.bytes() - reformats), 5 * map)
      << "relu and sum each wrote and read a map, and b reads its residual once";
}

TEST(Roofline, MoreItemsShareTheWeights) {
  const auto once = costsOf(gemmNetwork(1, 100, 50), {}), eight = timesBatch(once, 8);
  EXPECT_EQ(eight[0].macs, 8 * once[0].macs);
  EXPECT_EQ(eight[0].weightBytes, once[0].weightBytes);
  EXPECT_EQ(eight[0].macs, costsOf(gemmNetwork(8, 100, 50), {})[0].macs);
  EXPECT_EQ(eight[0].bytes(), costsOf(gemmNetwork(8, 100, 50), {})[0].bytes());
}

LayerGain gainOf(const Graph& graph, const Roof& roof, std::optional<Roof> matrix = {}) {
  const Roofline roofline = rooflineOf(costsOf(graph, {}), roof);
  const auto gains = gainsOf(graph, {.roofline = &roofline, .roof = roof, .matrix = std::move(matrix)});
  return gains.empty() ? LayerGain{} : gains.front();
}

TEST(Gains, WeightsThatAreSharedAndChannelsThatArePadded) {
  const Roof slow{.peakOpsPerS = 1e9, .bandwidthBytesPerS = 1e8},
      fast{.peakOpsPerS = 1e12, .bandwidthBytesPerS = 1e6};
  const double once = rooflineOf(costsOf(gemmNetwork(1, 1024, 512), {}), fast).floorSeconds;
  const double eight = rooflineOf(costsOf(gemmNetwork(8, 1024, 512), {}), fast).floorSeconds;
  EXPECT_NEAR(gainOf(gemmNetwork(1, 1024, 512), fast).batchSeconds, once - eight / 8, 1e-12);
  const LayerGain padded = gainOf(convNetwork({.map = 64, .kernel = 3, .in = 12, .out = 20}), slow);
  EXPECT_EQ(padded.channels, "12 in, 20 out");
  EXPECT_NEAR(padded.waste, 1 - 12.0 * 20 / (16 * 24), 1e-12);
  const double real =
      rooflineOf(costsOf(convNetwork({.map = 64, .kernel = 3, .in = 12, .out = 20}), {}), slow).floorSeconds;
  EXPECT_NEAR(padded.paddingSeconds, real * (16.0 * 24 / (12 * 20) - 1), 1e-8 * real + 2e-9);
  EXPECT_EQ(gainOf(convNetwork({.map = 64, .kernel = 3, .in = 16, .out = 32}), slow).channels, "");
  EXPECT_EQ(gainOf(convNetwork({.map = 8, .kernel = 3, .in = 30, .out = 30, .groups = 30}), slow).channels,
            "")
      << "nothing for a matrix unit in a depthwise convolution";
}

TEST(Gains, MatrixUnitsTakeProductsOnly) {
  const Roof roof{.peakOpsPerS = 1e9, .bandwidthBytesPerS = 1e9};
  const Roof matrix{.precision = Precision::fp16,
                    .matrixUnits = true,
                    .channelMultiple = 8,
                    .peakOpsPerS = 8e9,
                    .bandwidthBytesPerS = 1e9};
  const Graph graph = residual();
  const Roofline roofline = rooflineOf(costsOf(graph, {}), roof);
  for (const LayerGain& gain : gainsOf(graph, {.roofline = &roofline, .roof = roof, .matrix = matrix}))
    EXPECT_EQ(gain.matrixSeconds > 0, roofline.layers[gain.layer].cost.macs > 0);
}

TEST(Gains, MatrixUnitsSaveTheDifferenceOfLeastTimes) {
  const Roof roof{.peakOpsPerS = 1e9, .bandwidthBytesPerS = 1e9};
  const Roof matrix{.precision = Precision::fp16, .peakOpsPerS = 8e9, .bandwidthBytesPerS = 1e9};
  const Graph graph = convNetwork({.map = 64, .kernel = 3, .in = 16, .out = 32});
  const auto operations = static_cast<double>(costsOf(graph, {}).front().flops);
  EXPECT_NEAR(gainOf(graph, roof, matrix).matrixSeconds, operations / 1e9 - operations / 8e9, 1e-12);
}

TEST(Gains, FusionGoesToTheLayerThatTakesLongest) {
  const Graph graph = residual(), lowered = lowerAll(graph);
  const Plan plan = planOf(lowered);
  const Roofline roofline = rooflineOf(costsOf(graph, {}), kRoof),
                 planned = rooflineOf(costsOf(plan, lowered, {}), kRoof);
  const auto gains =
      gainsOf(graph, {.roofline = &roofline, .roof = kRoof, .plan = &plan, .planned = &planned});
  int64_t fused = 0;
  for (const LayerGain& gain : gains)
    if (gain.fusionSeconds > 0) {
      EXPECT_EQ(roofline.layers[gain.layer].cost.op, "Conv");
      ++fused;
    }
  EXPECT_EQ(fused, 2);
}

TEST(Edges, OfAGraphFollowItsValues) {
  EXPECT_THAT(edgesOf(residual()), UnorderedElementsAre(Pair(0, 1), Pair(1, 2), Pair(1, 3), Pair(2, 3)));
}

TEST(Edges, OfAPlanReachThroughViews) {
  GraphMaker m;
  const ConvSize size{.map = 8, .kernel = 3, .in = 16, .out = 16};
  const ValueId conv = addConv(m, m.input("x", {1, 16, 8, 8}), size, "a");
  const ValueId flat = m.node(ops::reshape, {conv, m.ints("shape", {1, 1024})}, "flat");
  const ValueId weights = m.constant("w", Tensor::allocate(DType::f32, {1024, 32}));
  m.output("y", m.node(ops::matMul, {flat, weights}, "product"));
  const Graph lowered = lowerAll(m.finish());
  const Plan plan = planOf(lowered);
  EXPECT_TRUE(reaches(plan, edgesOf(plan, lowered), "a", "product"));
}

TEST(Edges, OfANetworkWithEverything) {
  const Graph lowered = lowerAll(tourNetwork());
  const Plan plan = planOf(lowered);
  std::vector<bool> fed(plan.steps.size(), false);
  for (const auto& [from, to] : edgesOf(plan, lowered)) {
    EXPECT_LT(from, to);
    fed[static_cast<size_t>(to)] = true;
  }
  for (size_t step = 0; step < plan.steps.size(); ++step) {
    bool readsInput = false;
    for (const ArraySpec& array : plan.steps[step].kernel.in) readsInput |= array.at.space == Space::input;
    EXPECT_TRUE(fed[step] || readsInput) << plan.steps[step].name;
  }
}

}  // namespace
}  // namespace ridge::analyze
