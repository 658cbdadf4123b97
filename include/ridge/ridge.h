// Ridgeline's C++ API: a trained network in, a verified engine out, and its execution.
//
//   // Optimized, planned for this machine, verified.
//   ridge::Engine engine = ridge::Engine::build("model.onnx");
//
//   engine.save("model.ridge");
//
//   ridge::Context context = engine.context();
//
//   context.bindInput("input", pixels);
//   context.bindOutput("output", scores);
//   context.execute();
//
// Every function may throw ridge::Error (ridge/error.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ridge/dtype.h"
#include "ridge/error.h"
#include "ridge/export.h"

namespace ridge {

struct EngineImpl;
class ExecutionContext;

/// An input or output of an engine. Arrays are dense, in row-major order of ONNX axes.
struct RIDGE_API TensorInfo {
  std::string name;
  DType type = DType::undefined;
  std::vector<int64_t> dims;  ///< -1: known only when the network has run (detections, loops)

  int64_t count() const;  ///< elements; Error{input} when a dimension is not known
  size_t byteSize() const;
};

struct InputShape {
  std::string name;
  std::vector<int64_t> dims;
};

struct BuildSettings {
  std::string device = "cpu";      ///< "cpu" or "reference"
  std::vector<InputShape> shapes;  ///< of inputs with unbound axes; an unbound leading axis is 1
  bool tune = true;                ///< choose kernels by measurement, else by the cost model
  std::string timingCache;         ///< file of measured times; "" for none
  bool verify = true;              ///< a failed verification is Error{no}
  std::vector<std::string> disabledPasses;
  /// Called now and then with the name of the phase and how far it is.
  std::function<void(const char* phase, int64_t done, int64_t total)> progress;
};

/// One running instance of an engine: its activations and bindings. Use it from one thread at a time; many
/// contexts of one engine may run in as many threads.
class RIDGE_API Context {
 public:
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;
  ~Context();

  const std::vector<TensorInfo>& inputs() const;  ///< with the shapes that this context is bound to
  const std::vector<TensorInfo>& outputs() const;

  /// The caller's buffers, as large as the TensorInfo says; they must live until the next bind.
  /// Aligned to an element of their type.
  void bindInput(const std::string& name, const void* data);
  void bindOutput(const std::string& name, void* data);

  /// Runs the network once. Allocates nothing, unless shapes depend on data.
  void execute();

  /// From now on the input gets, after every execution, what the output was: the state of a recurrent
  /// network. It starts with zeros, or with what is bound. Error{input} when type or shape differ.
  void carry(const std::string& output, const std::string& input);

  /// An output as the last execution left it, with its dimensions; for those that bindOutput cannot take,
  /// whose dimensions are known only now. The bytes live until the next execution.
  struct OutputView {
    DType type = DType::undefined;
    std::vector<int64_t> dims;
    const void* data = nullptr;
  };
  OutputView output(const std::string& name) const;

  /// For the library's own tools.
  ExecutionContext& implementation() { return *impl_; }

 private:
  friend class Engine;
  explicit Context(std::unique_ptr<ExecutionContext> impl);
  std::unique_ptr<ExecutionContext> impl_;
  std::vector<TensorInfo> inputs_, outputs_;
};

/// An engine: plans, constants, and the portable graph to make plans for other shapes. Copies share
/// everything.
class RIDGE_API Engine {
 public:
  /// Reads, optimizes, plans and verifies an ONNX file.
  static Engine build(const std::string& modelPath, const BuildSettings& settings = {});
  /// Maps and checks an engine file; planned again if it was made for another instruction set.
  static Engine load(const std::string& path);

  void save(const std::string& path) const;

  std::vector<TensorInfo> inputs() const;  ///< of the first plan
  std::vector<TensorInfo> outputs() const;

  /// A context for these shapes; without shapes, for the first plan. Other shapes than those that were built
  /// make a new plan by the cost model (never timed), if the engine carries its portable graph.
  Context context(const std::vector<InputShape>& shapes = {}) const;

  /// What the build wrote down: "ridge", "model", "device", "precision", "verified"; "" when it did not.
  std::string fact(const std::string& name) const;

  /// For the library's own tools.
  const EngineImpl& implementation() const { return *impl_; }
  explicit Engine(std::shared_ptr<const EngineImpl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const EngineImpl> impl_;
};

/// Threads that engines use, for the whole process. 1 to 1024.
RIDGE_API void setThreads(int threads);

/// "0.1.0"
RIDGE_API std::string libraryVersion();

}  // namespace ridge
