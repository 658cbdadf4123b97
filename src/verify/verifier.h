// Proves a plan: every region on the truth's inputs, judged by its worst channel, then the whole network.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "runtime/executable.h"
#include "verify/metrics.h"
#include "verify/truth.h"

namespace ridge {

/// Signal-to-error in dB that an implementation must reach in float32.
inline constexpr double kRegionDb = 100;
/// What may be left of it at an output, after the errors of all layers.
inline constexpr double kOutputDb = 60;
/// What must be left of it at an output, unless a change of the last bit leaves less: an error below three
/// quarters of the signal.
inline constexpr double kLeastOutputDb = 3;
/// An output may be this much worse than when only the inputs are rounded differently (conditioning.h): the
/// errors of a few hundred layers add up.
inline constexpr double kOutputSlackDb = 30;

enum class Outcome {
  passed,
  unchecked,  ///< not better than noise that no implementation can avoid: proves nothing
  failed
};

struct Verdict {
  std::string name;   ///< of the output, or of the region
  std::string value;  ///< the value that was compared
  DType type = DType::undefined;
  Dims dims;
  Difference difference;
  double requiredDb = kRegionDb;
  Outcome outcome = Outcome::passed;
  bool againstLowered = false;  ///< no imported value equals it: judged against the lowered graph
  std::string kernel;           ///< tactic of the region
  std::string note;             ///< why less than the usual bound is right; "" as a rule
};

struct VerifyReport {
  std::vector<Verdict> outputs, regions;
  std::vector<std::string> unchecked;  ///< "NAME: why"; never counted as passed
  bool passed = true;                  ///< nothing failed
  double truthSeconds = 0;
  double worstRegionDb = Difference::kExact;

  /// Another run of the same network (other inputs, other shapes): the worst verdict on each result stays,
  /// and everything that was not checked.
  void merge(VerifyReport next);
  /// One sentence about the first failure; "" when passed.
  std::string failure() const;
};

enum class VerifyMode {
  full,
  sample,  ///< every tenth region and the outputs
  off
};

/// Error{input} when the plan's inputs and outputs are not the model's: it was made from another model.
void requireSameModel(const Graph& imported, const Plan& plan);

/// `imported` is what `truth` was made from on `inputs`; `lowered` the graph that the plan was made from
/// (matched by names of values).
VerifyReport verifyPlan(const Graph& imported, const Truth& truth, const Graph& lowered,
                        std::shared_ptr<const Executable> executable, const NamedInputs& inputs,
                        VerifyMode mode, const ProgressSink& progress = {});

/// Outputs of a run of `graph` against wanted ones, in its order: number by number, and where the network
/// selects (detections, indices) as sets (selection.h).
std::vector<Verdict> judgeOutputs(const Graph& graph, const std::vector<Tensor>& got,
                                  const std::vector<Tensor>& want);
/// One output, of a network that is not at hand.
Verdict judgeOutput(const std::string& name, const Tensor& got, const Tensor& want);

}  // namespace ridge
