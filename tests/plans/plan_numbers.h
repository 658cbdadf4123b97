// Plans that are executed: they answer what the imported graph does.
#pragma once

#include "ops/evaluate.h"
#include "plan_testing.h"
#include "runtime/context.h"
#include "support/tour_engine.h"

namespace ridge::test {

inline void expectSameNumbers(GraphMaker& m, double tolerance = 2e-5) {
  const Graph graph = m.finish();
  Graph lowered = graph;
  PassReport report;
  runPasses(lowered, portablePasses(), {}, report);
  std::vector<BoundShape> shapes;
  for (ValueId id : graph.inputs())
    shapes.push_back({graph.value(id).name, graph.value(id).shape.staticDims()});
  lowered = lower(lowered, shapes, {}, report);
  PlanOptions options;
  options.backends = backendsFor("cpu");
  WeightStore weights;
  Plan plan = makePlan(lowered, options, weights);
  std::vector<Tensor> blobs;
  for (const WeightBlob& blob : weights.blobs()) blobs.push_back(blob.bytes);
  const auto executable =
      std::make_shared<const Executable>(std::move(plan), std::move(blobs), options.backends);
  const Answers got = answer(executable);

  std::map<std::string, Tensor> inputs;
  for (size_t port = 0; port < executable->plan().inputs.size(); ++port)
    inputs.emplace(executable->plan().inputs[port].name, someNumbers(executable->inputArray(port).dims, 1));
  const auto want = evaluate(graph, inputs);
  for (size_t at = 0; at < want.size(); ++at) {
    const auto expected = toDoubles(want[at]);
    const auto actual = toDoubles(got.at(graph.outputs()[at].name));
    ASSERT_EQ(expected.size(), actual.size());
    double range = 1e-3;
    for (const double value : expected) range = std::max(range, std::abs(value));
    for (size_t element = 0; element < expected.size(); ++element)
      ASSERT_NEAR(expected[element], actual[element], tolerance * range) << "element " << element;
  }
}

}  // namespace ridge::test
