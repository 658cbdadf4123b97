// What a command works on: a model or an engine, whichever the file is, ready to run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/engine_impl.h"
#include "common/output.h"
#include "ridge/ridge.h"

namespace ridge::tool {

struct Source {
  std::string path;
  FileKind kind = FileKind::model;
  std::optional<Engine> engine;                  ///< of a model too: built in memory
  std::shared_ptr<const Executable> executable;  ///< the plan for the shapes that were asked for
  double loadSeconds = 0, buildSeconds = 0;
  double bindSeconds = 0;  ///< of loadSeconds: to find or make the plan for the shapes

  const EngineData& data() const { return engine->implementation().data(); }
  Context makeContext() const;
  /// The graph that the plan was made from; an engine's portable graph is lowered anew, with the same passes.
  /// Error{input} for an engine without one.
  Graph lowered() const;
  /// The graph whose nodes have the names that people know: the model, or an engine's portable graph.
  const Graph& named() const;
};

/// How a command builds a model: limits, device, tuning (`usual` unless --tune is given), progress.
BuildOptions optionsOf(const PlanFlags& plan, const LimitFlags& limits, Tune usual, const Output& out);

/// Loads an engine and finds the plan for the request's shapes, or builds a model in memory without
/// verification, and says so. The request may be empty.
Source openSource(const std::string& path, const ShapeRequest& request, const BuildOptions& options,
                  const Output& out);

/// Only what an input is called and takes, before anything is built: from an engine's first plan or a model.
struct InputInfo {
  std::string name;
  DType type;
  Shape shape;
};
std::vector<InputInfo> inputsOf(const std::string& path, const onnx::ReadOptions& options);

/// Asks the file, once a name is no input, whether it is a constant of the model (never of an engine).
std::function<bool(const std::string&)> constantsOf(const std::string& path,
                                                    const onnx::ReadOptions& options);

/// Hands every input of the plan over, by name.
void setInputs(ExecutionContext& context, const NamedInputs& inputs);

/// After an execution: the output is a tensor, no sequence and no empty optional.
bool hasTensor(const ExecutionContext& context, size_t port);

/// Size of the first input's leading axis; 1 where there is none.
int64_t batchOf(const Executable& executable);

/// Steps that reference kernels stand in for, those of bodies too.
int64_t fallbackLayers(const Plan& plan);

}  // namespace ridge::tool
