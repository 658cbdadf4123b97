// From a model file to a verified engine.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "api/shapes.h"
#include "base/progress.h"
#include "engine/engine_data.h"
#include "onnx/reader.h"
#include "passes/driver.h"
#include "plan/planner.h"
#include "runtime/executable.h"
#include "verify/verifier.h"

namespace ridge {

/// Of random values: [low, high) for floats, both ends for integers.
struct InputRange {
  double low = 0, high = 1;
};
using InputRanges = std::map<std::string, InputRange>;

struct BuildOptions {
  std::string device = "cpu";
  std::vector<ShapeRequest> shapes = {{}};  ///< one plan for each
  bool range =
      false;  ///< `shapes` are the usual, the smallest and the largest: the engine serves those between
  onnx::ReadOptions read = {};
  PassOptions passes = {};
  Tune tune = Tune::fast;
  double budgetSeconds = 0;       ///< for timing candidates; 0: no limit
  std::string timingCache;        ///< file; "" for none
  std::vector<std::string> taps;  ///< source values that become readable at run time
  VerifyMode verify = VerifyMode::full;
  uint64_t seed = 1;  ///< of the random inputs of the verification
  NamedInputs
      inputs;  ///< for the verification, instead of random ones (first shape set); some may be missing
  InputRanges ranges;  ///< of the random ones
  bool keepPortable = true;
  std::string pipeline;  ///< specification to store, as JSON; "" for none
  ProgressSink progress;
};

struct PhaseTime {
  std::string phase;
  double seconds = 0;
};

struct BuildResult {
  EngineData data;
  onnx::Model imported;        ///< with no pass applied
  Graph portable;              ///< after the portable passes
  std::vector<Graph> lowered;  ///< one for each plan
  PassReport passes;
  VerifyReport verification;  ///< of all plans, up to the first that failed: the worst of each result
  bool verified = false;      ///< verification ran and passed
  std::vector<PhaseTime> phases;
  std::vector<std::string> notes;  ///< for people
};

/// Throws Error for whatever keeps an engine from being made. A verification that fails is no exception: see
/// `verification.passed`.
BuildResult buildModel(const std::string& path, const BuildOptions& options);

/// The same for a model that has been read.
BuildResult buildModel(onnx::Model model, const std::string& name, const BuildOptions& options);

/// Ready to run, constants shared with `data`.
std::shared_ptr<const Executable> makeExecutable(const EngineData& data, size_t plan);

/// Inputs by the rules of --random: floats uniform in [0, 1), booleans and integers 0 or 1, others where
/// `ranges` says so. Error{input} for an input that is no tensor of numbers.
NamedInputs randomInputs(const Graph& graph, const std::vector<BoundShape>& shapes, uint64_t seed,
                         const InputRanges& ranges = {});
Tensor randomTensor(DType type, const Dims& dims, const InputRange& range, std::mt19937_64& random);

}  // namespace ridge
