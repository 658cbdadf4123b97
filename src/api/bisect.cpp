#include "api/bisect.h"

#include <fmt/format.h>

#include "api/shapes.h"
#include "ops/evaluate.h"
#include "passes/lower.h"
#include "verify/verifier.h"

namespace ridge {

namespace {

struct Trial {
  PassReport report;
  std::string symptom;  // "" when the answer is right
};

class Bisection {
 public:
  Bisection(const Graph& imported, const std::vector<BoundShape>& shapes, std::span<const Pass> portable,
            const PassOptions& options, const NamedInputs& inputs)
      : imported_(imported),
        shapes_(shapes),
        portable_(portable),
        options_(options),
        inputs_(inputs),
        truth_(withAdvice(kContentsAdvice, [&] { return evaluate(imported, inputs); })) {}

  std::optional<BadPatch> run() {
    const Trial all = attempt(std::nullopt);
    if (all.symptom.empty()) return std::nullopt;
    if (const Trial none = attempt(0); !none.symptom.empty())
      return BadPatch{"", {}, "the graph is wrong before any pass", 0, none.symptom};
    // The first `good` patches are right, the first `bad` are wrong.
    int64_t good = 0, bad = static_cast<int64_t>(all.report.patches.size());
    std::string symptom = all.symptom;
    while (good + 1 < bad) {
      const int64_t middle = good + (bad - good) / 2;
      const Trial trial = attempt(middle);
      if (trial.symptom.empty()) {
        good = middle;
      } else {
        bad = middle;
        symptom = trial.symptom;
      }
    }
    const PassReport::Applied& patch = all.report.patches[static_cast<size_t>(bad - 1)];
    return BadPatch{patch.pass, patch.nodes, patch.sentence, bad - 1, symptom};
  }

 private:
  Trial attempt(std::optional<int64_t> patches) const {
    PassOptions options = options_;
    options.stopAfterPatches = patches;
    Trial trial;
    Graph graph = imported_;
    runPasses(graph, portable_, options, trial.report);
    graph = lower(graph, shapes_, options, trial.report);
    const std::vector<Tensor> outputs = evaluate(graph, inputs_);
    for (const Verdict& verdict : judgeOutputs(imported_, outputs, truth_))
      if (verdict.outcome == Outcome::failed && trial.symptom.empty())
        trial.symptom =
            fmt::format("output {} has {:.1f} dB", verdict.name, verdict.difference.worstChannelDb);
    return trial;
  }

  const Graph& imported_;
  const std::vector<BoundShape>& shapes_;
  std::span<const Pass> portable_;
  const PassOptions& options_;
  const NamedInputs& inputs_;
  std::vector<Tensor> truth_;
};

}  // namespace

std::optional<BadPatch> bisectPasses(const Graph& imported, const std::vector<BoundShape>& shapes,
                                     std::span<const Pass> portable, const PassOptions& options,
                                     const NamedInputs& inputs) {
  return Bisection(imported, shapes, portable, options, inputs).run();
}

}  // namespace ridge
