// Values of a lowered graph: the imported graph's where one is equal, the reference kernels' else.
#include "verify/truth.h"

#include <gtest/gtest.h>

#include "passes/lower.h"
#include "passes/pass_list.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

TEST(Truth, KnowsEveryValueOfTheImportedGraphByName) {
  const Graph graph = tourNetwork();
  const Truth truth(graph, {{"x", someNumbers({1, 3, 8, 8}, 1)}});
  for (NodeId node : graph.order())
    for (ValueId id : graph.node(node).out)
      EXPECT_NE(truth.find(graph.value(id).name), nullptr) << graph.value(id).name;
  EXPECT_NE(truth.find("x"), nullptr);
  EXPECT_EQ(truth.find("nothing"), nullptr);
  ASSERT_EQ(truth.outputs().size(), 2U);
  EXPECT_TRUE(truth.outputs()[0].sameAs(*truth.find("map")));
}

TEST(Truth, LoweredValuesAreTheImportedOnesOrComputed) {
  const Graph imported = tourNetwork();
  const Truth truth(imported, {{"x", someNumbers({1, 3, 8, 8}, 1)}});
  PassReport report;
  Graph portable = imported;
  runPasses(portable, portablePasses(), {}, report);
  const Graph lowered = lower(portable, {{"x", {1, 3, 8, 8}}}, {}, report);
  LoweredTruth values(lowered, truth);
  int known = 0;
  for (NodeId node : lowered.order())
    for (ValueId id : lowered.node(node).out) {
      const LoweredTruth::Known& value = values.value(id);
      EXPECT_EQ(value.value.dims(), lowered.value(id).shape.staticDims()) << lowered.value(id).name;
      known += value.imported;
      if (!value.imported) continue;
      EXPECT_TRUE(value.value.sameAs(*truth.find(lowered.value(id).source))) << lowered.value(id).name;
    }
  EXPECT_GT(known, 15);
}

TEST(Truth, ALongChainWithoutSourcesIsComputed) {
  GraphMaker m;
  ValueId x = m.input("x", {4});
  for (int at = 0; at < 20000; ++at) x = m.node(ops::neg, {x}, std::to_string(at));
  m.output("y", x);
  Graph graph = m.finish();
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    if (!graph.isInput(id)) graph.value(id).source.clear();
  const Graph imported = [] {
    GraphMaker maker;
    maker.output("y", maker.node(ops::neg, {maker.input("x", {4})}, "z"));
    return maker.finish();
  }();
  const Tensor input = someNumbers({4}, 1);
  const Truth truth(imported, {{"x", input}});
  graph.value(graph.inputs()[0]).source = "x";
  LoweredTruth values(graph, truth);
  const LoweredTruth::Known& last = values.value(graph.outputs()[0].value);
  EXPECT_FALSE(last.imported);
  EXPECT_TRUE(last.value.sameAs(input));
}

}  // namespace
}  // namespace ridge::test
