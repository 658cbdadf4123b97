// Concrete shapes for a model's inputs, from what the user said.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "ops/infer.h"
#include "plan/plan.h"

namespace ridge {

/// What flags (or an application) say about shapes.
struct ShapeRequest {
  std::vector<BoundShape> shapes;       ///< --shapes, or the shapes of given arrays
  std::map<std::string, int64_t> dims;  ///< --dim batch=8
  std::optional<int64_t> batch = {};    ///< --batch: the leading unbound axis of every input
  /// --value sr=16000: contents of inputs that steer branches; one number fills the whole input.
  std::map<std::string, std::vector<double>> values = {};
};

/// One shape for every input. An unbound leading axis is 1, with a note; any other is Error{usage} that
/// prints the flag to add. A request that names no input or contradicts the model is Error{usage}.
std::vector<BoundShape> resolveShapes(const Graph& graph, const ShapeRequest& request,
                                      std::vector<std::string>& notes);

/// An Error{input} of `work` that has no advice of its own gets `advice`: what the user gave is the cause,
/// not the file.
template <class Work>
decltype(auto) withAdvice(const char* advice, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::input || error.todo() != Error(ErrorCode::input, {}).todo()) throw;
    throw Error(error.code(), error.message(), error.fullWhere(), advice);
  }
}
inline constexpr const char* kShapeAdvice =
    "the model does not take these shapes; change --shapes, --dim, --batch, --value or the arrays of --input";
inline constexpr const char* kContentsAdvice =
    "the contents of the inputs may be the cause; change --input, --value or --input-range";
/// The user has a say in the shapes, or contents, of the graph's inputs.
bool hasOpenShapes(const Graph& graph, const std::vector<BoundShape>& shapes);

/// The shapes and values that a plan was made for.
std::vector<BoundShape> shapesOf(const Plan& plan);

/// A plan whose inputs were given values serves only these: notes them in its ports.
void setFixedInputs(Plan& plan, const std::vector<BoundShape>& shapes);

}  // namespace ridge
