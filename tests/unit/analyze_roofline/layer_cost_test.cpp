// Operations and bytes of layers, counted by hand.
#include "analyze/layer_cost.h"

#include <gtest/gtest.h>

#include "support/control_network.h"
#include "unit/analyze_roofline/conv_network.h"

namespace ridge::analyze {
namespace {

using namespace ridge::test;

const CostOptions kStandard{};
const CostOptions kSlides{.convention = Convention::slides};

TEST(LayerCosts, AConvolutionCountsTwoOperationsAMultiplyAddAndAllItReadsAndWrites) {
  const LayerCost layer = costsOf(convNetwork({.map = 8, .kernel = 3, .in = 4, .out = 6}), kStandard).at(0);
  EXPECT_EQ(layer.op, "Conv");
  EXPECT_EQ(layer.shape, "1x6x8x8");
  EXPECT_EQ(layer.macs, 8 * 8 * 6 * 4 * 9);
  EXPECT_EQ(layer.flops, 2 * layer.macs);
  EXPECT_EQ(layer.parameters, 6 * 4 * 9);
  EXPECT_EQ(layer.weightBytes, 4 * 6 * 4 * 9);
  EXPECT_EQ(layer.inputBytes, 4 * 4 * 8 * 8);
  EXPECT_EQ(layer.outputBytes, 4 * 6 * 8 * 8);
}

TEST(LayerCosts, GroupsDivideTheArithmetic) {
  const auto macs = [](int64_t groups) {
    return costsOf(convNetwork({.map = 8, .kernel = 3, .in = 32, .out = 32, .groups = groups}), kStandard)
        .at(0)
        .macs;
  };
  EXPECT_EQ(macs(1), 32 * macs(32));
}

TEST(LayerCosts, AProductCountsEveryRow) {
  const LayerCost layer = costsOf(gemmNetwork(5, 30, 20), kStandard).at(0);
  EXPECT_EQ(layer.macs, 5 * 30 * 20);
  EXPECT_EQ(layer.parameters, 30 * 20);
}

TEST(LayerCosts, ALookUpReadsTheRowsThatItTakes) {
  GraphMaker m;
  const ValueId table = m.constant("table", Tensor::allocate(DType::f32, {1000, 64}));
  m.output("y", m.node(ops::gather, {table, m.input("rows", {3}, DType::i64)}, "gather"));
  const LayerCost layer = costsOf(m.finish(), kStandard).at(0);
  EXPECT_EQ(layer.outputBytes, 4 * 3 * 64);
  EXPECT_EQ(layer.weightBytes, 0) << "what is read grows with the batch";
  EXPECT_EQ(layer.inputBytes, layer.outputBytes);
  EXPECT_EQ(layer.parameters, 64000);
}

TEST(LayerCosts, PrecisionScalesFloatsAndLeavesIndicesAlone) {
  GraphMaker m;
  const ValueId indices =
      m.node(ops::add, {m.input("i", {3}, DType::i64), m.input("j", {3}, DType::i64)}, "sum");
  m.output("y", m.node(ops::gather, {m.input("x", {10, 4}), indices}, "gather"));
  const Graph graph = m.finish();
  EXPECT_EQ(costsOf(graph, {.precision = Precision::int8}).at(0).outputBytes, 8 * 3);
  const auto at = [&](Precision precision) { return costsOf(graph, {.precision = precision}).at(1); };
  EXPECT_EQ(at(Precision::fp32).outputBytes, 4 * 12);
  EXPECT_EQ(at(Precision::fp16).outputBytes, 2 * 12);
  EXPECT_EQ(at(Precision::int8).outputBytes, 12);
  EXPECT_EQ(at(Precision::int4).outputBytes, 6);
  EXPECT_EQ(at(Precision::fp32).flops, 0);
}

TEST(LayerCosts, AnInputThatIsReadTwiceCountsOnce) {
  GraphMaker m;
  const ValueId x = m.input("x", {8});
  m.output("y", m.node(ops::mul, {x, x}, "square"));
  EXPECT_EQ(costsOf(m.finish(), kStandard).at(0).inputBytes, 32);
}

TEST(LayerCosts, TheSlidesLetActivationsWorkInPlace) {
  GraphMaker m;
  const ValueId conv =
      addConv(m, m.input("x", {1, 4, 8, 8}), {.map = 8, .kernel = 1, .in = 4, .out = 4}, "conv");
  const ValueId relu = m.node(ops::relu, {conv}, "relu");
  m.output("y", m.node(ops::add, {m.node(ops::sigmoid, {relu}, "gate"), relu}, "sum"));
  const auto layers = costsOf(m.finish(), kSlides);
  ASSERT_EQ(layers.size(), 4U);
  EXPECT_EQ(layers[0].bytes(), 4 * (16 + 256));
  EXPECT_EQ(layers[1].bytes(), 0) << "nobody else reads the convolution";
  EXPECT_EQ(layers[2].bytes(), 4 * 256) << "the activation has a second reader";
  EXPECT_EQ(layers[3].bytes(), 4 * 256);
  EXPECT_EQ(totalOf(layers).flops, 8 * 8 * 4 * 4);
}

TEST(LayerCosts, BodiesCountOnceBelowTheirNode) {
  const auto layers = costsOf(controlNetwork(), kStandard);
  int64_t inside = 0;
  for (const LayerCost& layer : layers) inside += layer.depth > 0;
  EXPECT_GT(inside, 5);
  EXPECT_EQ(layers.front().depth, 0);
}

TEST(Floors, TheSlowerOfArithmeticAndMemoryBinds) {
  const Roof roof{.peakOpsPerS = 100, .bandwidthBytesPerS = 10};
  EXPECT_DOUBLE_EQ(roof.ridgePoint(), 10);
  LayerCost layer{.flops = 1000, .weightBytes = 40, .inputBytes = 30, .outputBytes = 20};
  EXPECT_EQ(floorOf(layer, roof).bound, Bound::compute);
  EXPECT_DOUBLE_EQ(floorOf(layer, roof).seconds, 10);
  layer.flops = 100;
  EXPECT_EQ(floorOf(layer, roof).bound, Bound::memory);
  EXPECT_DOUBLE_EQ(floorOf(layer, roof).seconds, 9);
  layer.flops = 0;
  EXPECT_EQ(floorOf(layer, roof).bound, Bound::none);
  EXPECT_DOUBLE_EQ(floorOf(layer, roof).seconds, 9);
}

TEST(Totals, SumsStayInRange) {
  const int64_t large = int64_t{1} << 62;
  const std::vector<LayerCost> layers(4, LayerCost{.macs = large, .flops = large, .weightBytes = large});
  EXPECT_EQ(totalOf(layers).macs, std::numeric_limits<int64_t>::max());
  EXPECT_GT(totalOf(layers).bytes(), 0);
}

}  // namespace
}  // namespace ridge::analyze
