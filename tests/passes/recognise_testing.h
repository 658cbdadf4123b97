// Lowering small graphs in tests of passes that recognise what exporters take apart.
#pragma once

#include "passes/lower.h"
#include "passes/pass_testing.h"

namespace ridge::test {

/// As a build does it.
inline Graph lowered(Graph graph, PassReport& report) {
  runPasses(graph, portablePasses(), {}, report);
  std::vector<BoundShape> shapes;
  for (const ValueId id : graph.inputs())
    shapes.push_back({graph.value(id).name, graph.value(id).shape.staticDims()});
  Graph made = lower(graph, shapes, {}, report);
  EXPECT_EQ(problemOf(made), "");
  return made;
}
inline Graph lowered(const Graph& graph) {
  PassReport report;
  return lowered(graph, report);
}

/// The graph with every node that can say what it stands for taken apart again.
inline Graph takenApart(Graph graph) {
  for (const NodeId id : graph.order()) {
    if (!graph.node(id).op->expand) continue;
    GraphBuilder builder(graph, {id});
    graph.node(id).op->expand(graph.node(id), builder);
    for (const NodeId added : graph.apply(builder.finish("taken apart"))) inferNode(graph, added);
  }
  return graph;
}

/// Recognised as one node of `op`, equal before, after and taken apart again.
inline void expectRecognised(const Graph& before, const Op& op, const std::string& form) {
  SCOPED_TRACE(form);
  const Graph after = lowered(before);
  EXPECT_EQ(count(after, op), 1) << dump(after);
  EXPECT_EQ(after.order().size(), 1U) << dump(after);
  expectSameAnswers(before, after);
  const Graph apart = takenApart(after);
  EXPECT_EQ(count(apart, op), 0);
  expectSameAnswers(before, apart);
}

inline void expectLeft(const Graph& before, const Op& op, const std::string& form) {
  SCOPED_TRACE(form);
  const Graph after = lowered(before);
  EXPECT_EQ(count(after, op), 0) << dump(after);
  expectSameAnswers(before, after);
}

}  // namespace ridge::test
