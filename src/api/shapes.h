// Concrete shapes for a model's inputs, from what the user said.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ops/infer.h"
#include "plan/plan.h"

namespace ridge {

/// What flags (or an application) say about shapes.
struct ShapeRequest {
  std::vector<BoundShape> shapes;             ///< --shapes, or the shapes of given arrays
  std::map<std::string, int64_t> dims;        ///< --dim batch=8
  std::optional<int64_t> batch = {};          ///< --batch: the leading unbound axis of every input
  std::map<std::string, double> values = {};  ///< --value sr=16000: contents of inputs that steer branches
};

/// One shape for every input. An unbound leading axis is 1, with a note; any other is Error{usage} that
/// prints the flag to add. A request that names no input or contradicts the model is Error{usage}.
std::vector<BoundShape> resolveShapes(const Graph& graph, const ShapeRequest& request,
                                      std::vector<std::string>& notes);

/// The shapes and values that a plan was made for.
std::vector<BoundShape> shapesOf(const Plan& plan);

/// A plan whose inputs were given values serves only these: notes them in its ports.
void setFixedInputs(Plan& plan, const std::vector<BoundShape>& shapes);

}  // namespace ridge
