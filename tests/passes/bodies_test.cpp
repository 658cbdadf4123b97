// Passes in bodies, and passes about bodies.
#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// x * w + 0 in one branch, where w may be a constant of the graph around it; -x in the other.
Graph branches(bool constantCondition, bool constantWeight) {
  const auto branch = [](bool multiplied) {
    GraphMaker m;
    const ValueId x = m.input("x", {2}), w = m.input("w", {2});
    ValueId y = multiplied ? m.node(ops::mul, {x, w}, "product") : m.node(ops::neg, {x}, "negative");
    y = m.node(ops::identity, {y}, "same");
    m.output("r", m.node(ops::relu, {y}, "relu"));
    return std::make_shared<const Graph>(m.finish());
  };
  Graph graph;
  const ValueId condition = graph.addInput("c", DType::boolean, Shape::scalar());
  if (constantCondition) {
    graph.value(condition).constant = fromDoubles(DType::boolean, {}, std::vector{1.0});
    graph.removeInput(0);
  }
  const ValueId x = graph.addInput("x", DType::f32, Shape({2}));
  const ValueId w = constantWeight
                        ? graph.addConstant("w", Tensor::of({2}, std::span<const float>(Floats{2, 3})))
                        : graph.addInput("w", DType::f32, Shape({2}));
  const ValueId y = graph.addValue("y");
  graph.addNode(Node{.op = &ops::ifOf,
                     .in = {condition, x, w},
                     .out = {y},
                     .bodies = {branch(false), branch(true)},
                     .captures = 2,
                     .name = "choice",
                     .origins = {"choice"}});
  graph.addOutput("y", y);
  inferShapes(graph);
  return graph;
}

TEST(IfConstant, becomesTheBranchThatIsTaken) {
  Graph graph = branches(true, false);
  const Graph before = graph;
  runPass(graph, "if_constant");
  EXPECT_EQ(count(graph, ops::ifOf), 0);
  EXPECT_EQ(count(graph, ops::mul), 1);
  EXPECT_EQ(count(graph, ops::neg), 0);
  expectSameAnswers(before, graph);
}

TEST(IfConstant, leavesOtherConditions) {
  Graph graph = branches(false, false);
  runPass(graph, "if_constant");
  EXPECT_EQ(count(graph, ops::ifOf), 1);
}

TEST(Captures, constantsMoveIntoBodies) {
  Graph graph = branches(false, true);
  const Graph before = graph;
  runPass(graph, "captures");
  EXPECT_THAT(dump(graph), HasSubstr("= If(c, x)"));
  EXPECT_THAT(dump(graph), HasSubstr("Mul(x, w[2])"));
  expectSameAnswers(before, graph);
}

TEST(Bodies, passesRunInThem) {
  Graph graph = branches(false, false);
  const Graph before = graph;
  PassReport report;
  runPasses(graph, portablePasses(), {}, report);
  EXPECT_EQ(problemOf(graph), "");
  EXPECT_THAT(dump(graph), Not(HasSubstr("Identity")));
  EXPECT_THAT(dump(graph), HasSubstr("    product: float32[2] = Mul(x, w) # product\n"));
  EXPECT_FALSE(report.patches.empty());
  expectSameAnswers(before, graph);
}

TEST(Bodies, stoppingEarlyCountsTheirPatches) {
  Graph graph = branches(false, false);
  PassReport report;
  runPasses(graph, portablePasses(), {.stopAfterPatches = 1}, report);
  EXPECT_EQ(report.patches.size(), 1U);
  EXPECT_TRUE(report.stopped);
}

}  // namespace
}  // namespace ridge::test
