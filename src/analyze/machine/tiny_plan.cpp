#include "analyze/machine/tiny_plan.h"

#include <fmt/format.h>

#include "cpu/cpu_backend.h"
#include "ops/ops.h"
#include "passes/lower.h"
#include "plan/planner.h"
#include "reference/reference_backend.h"
#include "runtime/context.h"

namespace ridge::analyze {

namespace {

constexpr int kSteps = 64;

Graph rectifiers() {
  Graph graph;
  for (int at = 0; at < kSteps; ++at) {
    const ValueId in = graph.addInput(fmt::format("x{}", at), DType::f32, Shape({Dim(1)}));
    const ValueId out = graph.addValue(fmt::format("y{}", at));
    graph.addNode({.op = &ops::relu,
                   .attrs = nullptr,
                   .in = {in},
                   .out = {out},
                   .name = fmt::format("relu{}", at),
                   .origins = {}});
    graph.addOutput(fmt::format("y{}", at), out);
  }
  return graph;
}

std::vector<BoundShape> shapesOf(const Graph& graph) {
  std::vector<BoundShape> shapes;
  for (const ValueId input : graph.inputs()) shapes.push_back({graph.value(input).name, {1}});
  return shapes;
}

}  // namespace

TinyPlan::TinyPlan() {
  const Graph graph = rectifiers();
  PassReport report;
  const Graph lowered = lower(graph, shapesOf(graph), {}, report);
  const std::vector<const Backend*> backends{&cpuBackend(), &referenceBackend()};
  PlanOptions options;
  options.backends = backends;
  WeightStore store;
  Plan plan = makePlan(lowered, options, store);
  std::vector<Tensor> weights;
  for (const WeightBlob& blob : store.blobs()) weights.push_back(blob.bytes);
  context_ = std::make_unique<ExecutionContext>(
      std::make_shared<const Executable>(std::move(plan), std::move(weights), backends));
}

TinyPlan::~TinyPlan() = default;

int64_t TinyPlan::steps() const {
  return static_cast<int64_t>(context_->plan().steps.size());
}

void TinyPlan::run() const {
  context_->execute();
}

}  // namespace ridge::analyze
