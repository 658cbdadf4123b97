// From a small graph to its plan for the cpu.
#pragma once

#include <gtest/gtest.h>

#include "api/backends.h"
#include "passes/lower.h"
#include "passes/pass_list.h"
#include "plan/planner.h"
#include "support/graph_maker.h"
#include "support/plan_text.h"

namespace ridge::test {

/// By the analytic model, after all passes.
inline Plan planFor(GraphMaker& maker, const std::string& device = "cpu") {
  Graph graph = maker.finish();
  PassReport report;
  runPasses(graph, portablePasses(), {}, report);
  std::vector<BoundShape> shapes;
  for (ValueId id : graph.inputs())
    shapes.push_back({graph.value(id).name, graph.value(id).shape.staticDims()});
  graph = lower(graph, shapes, {}, report);
  PlanOptions options;
  options.backends = backendsFor(device);
  WeightStore weights;
  return makePlan(graph, options, weights);
}

/// A convolution with a bias that keeps height and width.
inline ValueId conv(GraphMaker& m, ValueId in, const std::string& name, int64_t to, int64_t from,
                    int64_t kernel = 3, int64_t group = 1) {
  const int64_t pad = kernel / 2;
  return m.node(
      ops::conv,
      {in, m.weights(name + "_w", {to, from / group, kernel, kernel}), m.weights(name + "_b", {to})}, name,
      {{"pads", Ints{pad, pad, pad, pad}}, {"group", group}});
}

}  // namespace ridge::test
