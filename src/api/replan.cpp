#include "api/replan.h"

#include <sstream>
#include "api/shapes.h"

#include "api/backends.h"
#include "api/shapes.h"
#include "onnx/reader.h"
#include "passes/lower.h"
#include "plan/planner.h"

namespace ridge {

Replanner::Replanner(Tensor portable, const EngineData& data)
    : bytes_(std::move(portable)), device_(data.fact("device")) {
  if (device_.empty()) device_ = "cpu";
  std::istringstream names(data.fact("disabled_passes"));
  for (std::string name; std::getline(names, name, ',');) options_.disabled.push_back(name);
  for (const WeightBlob& blob : data.weights) weights_.add(blob.key, [&] { return blob.bytes; });
}

Replanner::Replanner(Graph portable, const EngineData& data) : Replanner(Tensor(), data) {
  graph_ = std::move(portable);
}

const Graph& Replanner::portable() {
  const std::lock_guard lock(mutex_);
  if (!graph_) graph_ = std::move(onnx::readModel(bytes_.bytes(), "portable graph", std::nullopt).graph);
  return *graph_;
}

Graph Replanner::lowered(const std::vector<BoundShape>& shapes) {
  PassReport report;
  return withAdvice(kShapeAdvice, [&] { return lower(portable(), shapes, options_, report); });
}

std::shared_ptr<const Executable> Replanner::plan(const std::vector<BoundShape>& shapes) {
  const Graph graph = lowered(shapes);
  PlanOptions options;
  options.backends = backendsFor(device_);
  options.tune = Tune::off;
  const std::lock_guard lock(mutex_);
  Plan plan = makePlan(graph, options, weights_);
  setFixedInputs(plan, shapes);
  std::vector<Tensor> weights;
  for (const WeightBlob& blob : weights_.blobs()) weights.push_back(blob.bytes);
  return std::make_shared<const Executable>(std::move(plan), std::move(weights), allBackends());
}

PlanSet::Replan forOtherShapes(std::shared_ptr<Replanner> replanner) {
  if (!replanner) return {};
  return [replanner = std::move(replanner)](const std::vector<BoundShape>& shapes) {
    return replanner->plan(shapes);
  };
}

}  // namespace ridge
