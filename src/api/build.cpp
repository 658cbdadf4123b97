#include "api/build.h"

#include <fmt/format.h>

#include <filesystem>

#include "api/backends.h"
#include "api/pass_decisions.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/version.h"
#include "engine/validate.h"
#include "onnx/writer.h"
#include "passes/lower.h"
#include "passes/pass_list.h"

namespace ridge {

namespace {

/// One build from start to end; each phase is timed under its name.
class Build {
 public:
  Build(std::string name, const BuildOptions& options) : name_(std::move(name)), options_(options) {}

  BuildResult run(onnx::Model model) {
    result_.imported = std::move(model);
    result_.notes = result_.imported.notes;
    onnx::Model portable = result_.imported;
    phase("optimize", [&] { runPasses(portable.graph, portablePasses(), options_.passes, result_.passes); });
    loadTimings();
    try {
      for (const ShapeRequest& request : options_.shapes) addPlan(portable.graph, request);
    } catch (const Error&) {
      saveTimings();  // what was measured before Ctrl-C is worth keeping
      throw;
    }
    saveTimings();
    if (options_.range) requireRange();
    result_.data.weights = weights_.blobs();
    validate(result_.data);  // what nobody could load is not written
    if (options_.verify != VerifyMode::off) phase("verify", [&] { verifyPlans(); });
    finish(portable);
    result_.portable = std::move(portable.graph);
    return std::move(result_);
  }

  template <class Work>
  void phase(const char* name, const Work& work) {
    throwIfInterrupted();
    const auto start = Clock::now();
    work();
    const double seconds = secondsSince(start);
    for (PhaseTime& known : result_.phases)
      if (known.phase == name) {
        known.seconds += seconds;
        return;
      }
    result_.phases.push_back({name, seconds});
  }

 private:
  void addPlan(const Graph& portable, const ShapeRequest& request) {
    shapes_.push_back(resolveShapes(portable, request, result_.notes));
    Graph lowered;
    const auto work = [&] { lowered = lower(portable, shapes_.back(), options_.passes, result_.passes); };
    phase("lower", [&] {
      if (hasOpenShapes(portable, shapes_.back()))
        withAdvice(kShapeAdvice, work);
      else
        work();
    });
    PlanOptions plan;
    plan.backends = backendsFor(options_.device);
    plan.tune = options_.tune;
    plan.budgetSeconds = options_.budgetSeconds;
    plan.cache = options_.timingCache.empty() ? nullptr : &cache_;
    plan.taps = tapsIn(lowered);
    if (options_.progress)
      plan.progress = [&](int done, int total) { options_.progress({"tuning", done, total}); };
    phase("plan", [&] { result_.data.plans.push_back(makePlan(lowered, plan, weights_)); });
    setFixedInputs(result_.data.plans.back(), shapes_.back());
    result_.lowered.push_back(std::move(lowered));
  }

  void requireRange() const {
    check(shapes_.size() == 3, "a range has a usual, a smallest and a largest set of shapes");
    for (size_t input = 0; input < shapes_[0].size(); ++input)
      for (size_t axis = 0; axis < shapes_[0][input].dims.size(); ++axis) {
        const auto size = [&](size_t set) { return shapes_[set][input].dims.at(axis); };
        if (size(1) <= size(0) && size(0) <= size(2)) continue;
        failUsage(
            fmt::format("axis {} is {} at least, {} usually and {} at most", axis, size(1), size(0), size(2)),
            fmt::format("input {}", escaped(shapes_[0][input].input)),
            "order the sizes of --min-shapes, --opt-shapes and --max-shapes");
      }
  }

  /// Lowered values that equal the source values to be tapped.
  std::vector<std::string> tapsIn(const Graph& lowered) const {
    std::vector<std::string> names;
    for (const std::string& tap : options_.taps)
      for (ValueId id = 0; id < lowered.valueCount(); ++id)
        if (lowered.value(id).source == tap && lowered.producer(id) != kNoNode)
          names.push_back(lowered.value(id).name);
    return names;
  }

  void loadTimings() {
    if (options_.timingCache.empty()) return;
    if (const size_t skipped = cache_.load(options_.timingCache); skipped > 0)
      result_.notes.push_back(
          fmt::format("{} lines of the timing cache {} were not understood and are ignored", skipped,
                      escaped(options_.timingCache)));
  }

  void saveTimings() {
    if (options_.timingCache.empty() || !cache_.changed()) return;
    if (std::string problem = cache_.save(options_.timingCache); !problem.empty())
      result_.notes.push_back(problem);
  }

  void verifyPlans() {
    result_.verified = true;
    for (size_t at = 0; at < result_.data.plans.size(); ++at) {
      NamedInputs inputs = at == 0 ? options_.inputs : NamedInputs{};
      inputs.merge(randomInputs(result_.imported.graph, shapes_[at], options_.seed, options_.ranges));
      const auto start = Clock::now();
      const Truth truth = withAdvice(kContentsAdvice, [&] { return Truth(result_.imported.graph, inputs); });
      const double seconds = secondsSince(start);
      VerifyReport report =
          verifyPlan(result_.imported.graph, truth, result_.lowered[at], makeExecutable(result_.data, at),
                     inputs, options_.verify, options_.progress);
      report.truthSeconds = seconds;
      result_.verification.merge(std::move(report));
      if (result_.verification.passed) continue;
      result_.verified = false;
      return;
    }
  }

  void finish(const onnx::Model& portable) {
    EngineData& data = result_.data;
    data.pipeline = options_.pipeline;
    data.setFact("ridge", std::string(version()));
    data.setFact("model", std::filesystem::path(name_).filename().string());
    data.setFact("device", options_.device);
    data.setFact("precision", "fp32");
    data.setFact("disabled_passes", fmt::format("{}", fmt::join(options_.passes.disabled, ",")));
    data.setFact("verified", verifiedFact());
    if (options_.range) data.setFact(std::string(kRangeFact), kRangePlans);
    data.decisions = decisionsOf(result_.passes);
    if (!options_.keepPortable) return;
    const std::string bytes = onnx::serializeModel(portable);
    data.portable = Tensor::of<std::byte>(DType::u8, {static_cast<int64_t>(bytes.size())},
                                          std::as_bytes(std::span(bytes)));
  }

  /// "full" or "sample", and how much of it proves nothing; else "no".
  std::string verifiedFact() const {
    if (!result_.verified) return "no";
    const std::string mode = options_.verify == VerifyMode::full ? "full" : "sample";
    const size_t unchecked = result_.verification.unchecked.size();
    return unchecked == 0 ? mode : fmt::format("{}, {} unchecked", mode, unchecked);
  }

  std::string name_;
  const BuildOptions& options_;
  BuildResult result_;
  WeightStore weights_;
  TimingCache cache_;
  std::vector<std::vector<BoundShape>> shapes_;
};

}  // namespace

BuildResult buildModel(const std::string& path, const BuildOptions& options) {
  const auto start = Clock::now();
  onnx::Model model = onnx::readModel(path, options.read);
  const double seconds = secondsSince(start);
  BuildResult result = buildModel(std::move(model), path, options);
  result.phases.insert(result.phases.begin(), {"read", seconds});
  return result;
}

BuildResult buildModel(onnx::Model model, const std::string& name, const BuildOptions& options) {
  return withContext([&] { return escaped(name); },
                     [&] { return Build(name, options).run(std::move(model)); });
}

std::shared_ptr<const Executable> makeExecutable(const EngineData& data, size_t plan) {
  std::vector<Tensor> weights;
  for (const WeightBlob& blob : data.weights) weights.push_back(blob.bytes);
  return std::make_shared<const Executable>(data.plans.at(plan), std::move(weights), allBackends());
}

}  // namespace ridge
