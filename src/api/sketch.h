// A plan to look at, not to run: for costs and advice. Nothing is timed, packed or verified.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/shapes.h"
#include "onnx/reader.h"
#include "passes/driver.h"
#include "plan/plan.h"

namespace ridge {

struct SketchOptions {
  ShapeRequest shapes = {};
  onnx::ReadOptions read = {};  ///< stand-ins for removed weights are welcome
  PassOptions passes = {};
};

struct Sketch {
  Graph bound;  ///< as imported, with the shapes of the request
  std::optional<Graph> lowered;
  std::optional<Plan> plan;        ///< its constants are empty
  std::string whyNoPlan;           ///< what kept `lowered` or `plan` from being made
  std::vector<std::string> notes;  ///< for people
};

/// Throws Error as `buildModel` does for files and shapes; a graph that cannot be planned (an op without
/// kernel) only has no plan.
Sketch sketchModel(const std::string& path, const SketchOptions& options);

}  // namespace ridge
