// Nested regions: what may follow an anchor into its kernel.
#include "plan/grow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/graph_maker.h"

namespace ridge::test {
namespace {

using testing::ElementsAre;

std::vector<std::string> names(const Graph& graph, const std::vector<ValueId>& values) {
  std::vector<std::string> made;
  for (ValueId id : values) made.push_back(id == kNoValue ? "-" : graph.value(id).name);
  return made;
}
std::vector<std::string> members(const Graph& graph, const Region& region) {
  std::vector<std::string> made;
  for (NodeId id : region.members) made.push_back(graph.node(id).name);
  return made;
}
NodeId nodeNamed(const Graph& graph, const std::string& name) {
  for (NodeId id : graph.order())
    if (graph.node(id).name == name) return id;
  ADD_FAILURE() << name;
  return kNoNode;
}
std::vector<Region> growFirst(const Graph& graph, const std::string& seed,
                              const std::set<ValueId>& taps = {}) {
  return growRegions(graph, nodeNamed(graph, seed), 0, Assignment(graph), taps);
}

TEST(Grow, AnchorThenEverMoreOfWhatFollows) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 4, 4}), residual = m.input("residual", {1, 3, 4, 4});
  const ValueId w = m.weights("w", {3, 2, 1, 1}), b = m.weights("b", {3});
  const ValueId conv = m.node(ops::conv, {x, w, b}, "conv");
  m.output("y", m.node(ops::relu, {m.node(ops::add, {residual, conv}, "sum")}, "act"));
  const Graph graph = m.finish();
  const std::vector<Region> nested = growFirst(graph, "conv");
  ASSERT_EQ(nested.size(), 3U);
  EXPECT_THAT(members(graph, nested[0]), ElementsAre("conv"));
  EXPECT_TRUE(nested[0].epilogue.empty());
  EXPECT_THAT(names(graph, nested[0].outputs), ElementsAre("conv"));
  EXPECT_THAT(members(graph, nested[2]), ElementsAre("conv", "sum", "act"));
  // The anchor's inputs first, in its order; then what the epilogue reads.
  EXPECT_THAT(names(graph, nested[2].inputs), ElementsAre("x", "w", "b", "residual"));
  EXPECT_THAT(names(graph, nested[2].outputs), ElementsAre("act"));
  EXPECT_EQ(nested[2].anchor(), nodeNamed(graph, "conv"));
  ASSERT_EQ(nested[2].epilogue.out.size(), 1U);
  EXPECT_EQ(nested[2].epilogue.in.size(), 2U);  // the accumulator and the residual
}

TEST(Grow, AbsentInputsOfTheAnchorKeepTheirPlace) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 4, 4});
  const ValueId conv = m.node(ops::conv, {x, m.weights("w", {3, 2, 1, 1}), kNoValue}, "conv");
  m.output("y", m.node(ops::add, {conv, m.weights("shift", {3, 1, 1})}, "sum"));
  const Graph graph = m.finish();
  EXPECT_THAT(names(graph, growFirst(graph, "conv").back().inputs), ElementsAre("x", "w", "-", "shift"));
}

TEST(Grow, AValueThatOthersReadBecomesAnExtraOutput) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 4, 4});
  const ValueId conv = m.node(ops::conv, {x, m.weights("w", {3, 2, 1, 1})}, "conv");
  const ValueId act = m.node(ops::relu, {conv}, "act");
  m.output("y", act);
  m.output("pooled", m.node(ops::globalAveragePool, {conv}, "pool"));
  const Graph graph = m.finish();
  const std::vector<Region> nested = growFirst(graph, "conv");
  EXPECT_THAT(names(graph, nested.back().outputs), ElementsAre("conv", "act"));
  EXPECT_EQ(nested.back().epilogue.out.size(), 2U);
}

TEST(Grow, TapsAreExtraOutputs) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  const ValueId a = m.node(ops::relu, {x}, "a"), b = m.node(ops::exp, {a}, "b");
  m.output("y", m.node(ops::neg, {b}, "c"));
  const Graph graph = m.finish();
  EXPECT_THAT(names(graph, growFirst(graph, "a").back().outputs), ElementsAre("c"));
  EXPECT_THAT(names(graph, growFirst(graph, "a", {a, b}).back().outputs), ElementsAre("a", "b", "c"));
  // Of a pointwise region all inputs are those of its expression.
  EXPECT_THAT(names(graph, growFirst(graph, "a").back().inputs), ElementsAre("x"));
  EXPECT_TRUE(growFirst(graph, "a").back().anchors.empty());
}

TEST(Grow, WhatIsNotComputedYetKeepsANodeOutside) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 4, 4}), w = m.weights("w", {2, 2, 1, 1});
  const ValueId first = m.node(ops::conv, {x, w}, "first"), second = m.node(ops::conv, {x, w}, "second");
  m.output("y", m.node(ops::add, {first, second}, "sum"));
  const Graph graph = m.finish();
  // `sum` waits for `second`; once `first` is a region before it, it joins `second`.
  const std::vector<Region> alone = growFirst(graph, "first");
  EXPECT_EQ(alone.size(), 1U);
  Assignment assigned(graph);
  assigned.assign(alone.front(), 0);
  const auto nested = growRegions(graph, nodeNamed(graph, "second"), 1, assigned, {});
  EXPECT_THAT(members(graph, nested.back()), ElementsAre("second", "sum"));
  // A region that comes later may not feed it.
  EXPECT_EQ(growRegions(graph, nodeNamed(graph, "second"), 0, assigned, {}).size(), 1U);
}

TEST(Grow, OtherShapesTypesAndOpsEndARegion) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 1, 4});
  const ValueId conv = m.node(ops::conv, {x, m.weights("w", {3, 2, 1, 1})}, "conv");
  m.output("wider", m.node(ops::add, {conv, m.weights("big", {5, 3, 4, 4})}, "wider"));
  m.output("soft", m.node(ops::softmax, {conv}, "soft"));
  m.output("cast", m.node(ops::cast, {conv}, "cast", {{"to", int64_t{7}}}));
  const Graph graph = m.finish();
  EXPECT_EQ(growFirst(graph, "conv").size(), 1U);
}

TEST(Grow, ADiamondInsideIsComputedOnce) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  const ValueId gate = m.node(ops::sigmoid, {x}, "gate");
  m.output("y", m.node(ops::mul, {gate, gate}, "square"));
  const Graph graph = m.finish();
  const Region region = growFirst(graph, "gate").back();
  EXPECT_THAT(members(graph, region), ElementsAre("gate", "square"));
  EXPECT_EQ(region.epilogue.in.size(), 1U);
}

TEST(Grow, ScalarConstantsArePartOfTheExpression) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  m.output("y", m.node(ops::mul, {x, m.scalar("two", 2)}, "twice"));
  const Graph graph = m.finish();
  const Region region = growFirst(graph, "twice").back();
  EXPECT_THAT(names(graph, region.inputs), ElementsAre("x"));
  EXPECT_THAT(region.epilogue.constants, ElementsAre(2.0F));
}

TEST(Grow, BroadcastOperandsVaryAlongTheirOwnAxes) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3, 4, 5});
  m.output("y", m.node(ops::add, {x, m.weights("shift", {3, 1, 5})}, "sum"));
  const Graph graph = m.finish();
  const Expr expr = growFirst(graph, "sum").back().epilogue;
  ASSERT_EQ(expr.in.size(), 2U);
  EXPECT_EQ(expr.in[0].axes, 0b1111U);
  EXPECT_EQ(expr.in[1].axes, 0b1010U);
}

TEST(Grow, IntegersHaveNoExpression) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3}, DType::i64);
  m.output("y", m.node(ops::add, {x, x}, "sum"));
  const Graph graph = m.finish();
  EXPECT_FALSE(hasExpression(graph, nodeNamed(graph, "sum")));
}

}  // namespace
}  // namespace ridge::test
