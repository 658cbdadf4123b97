// Plans of one engine for other shapes: by the cost model, nothing is timed, nothing verified.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine_data.h"
#include "passes/driver.h"
#include "runtime/executable.h"
#include "runtime/plan_set.h"

namespace ridge {

/// The portable graph is read once and constants are packed once, whatever the number of plans; those that
/// the engine has packed are used as they are.
class Replanner {
 public:
  /// `portable` are ONNX bytes; read when first needed. Device and disabled passes are those of the build.
  Replanner(Tensor portable, const EngineData& data);
  /// From a graph in memory.
  Replanner(Graph portable, const EngineData& data);

  /// Every input of the graph with its shape. May be called from several threads.
  std::shared_ptr<const Executable> plan(const std::vector<BoundShape>& shapes);

  /// The lowered graph that such a plan is made from.
  Graph lowered(const std::vector<BoundShape>& shapes);
  const Graph& portable();
  /// Passes that the build left out.
  const std::vector<std::string>& disabledPasses() const { return options_.disabled; }

 private:
  std::mutex mutex_;
  Tensor bytes_;
  std::optional<Graph> graph_;
  std::string device_;
  PassOptions options_;
  WeightStore weights_;
};

/// What a set of plans does for shapes that it has no plan for; nothing without a replanner.
PlanSet::Replan forOtherShapes(std::shared_ptr<Replanner> replanner);

}  // namespace ridge
