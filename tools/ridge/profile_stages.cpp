#include "profile_stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyze/profile/timing.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "common/source.h"
#include "pipeline/classification.h"
#include "pipeline/preprocess.h"

namespace ridge::tool {

namespace {

constexpr int64_t kUsualSamples = 20;
constexpr std::array kStages{"decode", "preprocess", "infer", "postprocess"};

class StageRun {
 public:
  StageRun(const pipeline::Spec& spec, ExecutionContext& context) : spec_(spec), context_(context) {
    if (const auto* task = spec.task ? std::get_if<pipeline::ClassificationTask>(&*spec.task) : nullptr)
      metric_.emplace(*task), wanted_ = task->output;
  }

  void sample(const pipeline::DataSet& data, int64_t at) {
    const int64_t start = steadyNs();
    const pipeline::Sample sample = data.sample(at);
    const int64_t decoded = steadyNs();
    const auto inputs = pipeline::networkInputs(sample, spec_);
    const int64_t prepared = steadyNs();
    const Plan& plan = context_.plan();
    for (size_t port = 0; port < plan.inputs.size(); ++port) {
      const auto given = inputs.find(plan.inputs[port].name);
      if (given == inputs.end())
        failInput(fmt::format("the pipeline does not make the input '{}'", escaped(plan.inputs[port].name)),
                  "inputs", "add it to the pipeline specification");
      context_.setInput(port, given->second);
    }
    context_.execute();
    const int64_t inferred = steadyNs();
    for (size_t port = 0; port < plan.outputs.size(); ++port) use(port, sample);
    const int64_t finished = steadyNs();
    const std::array times{decoded - start, prepared - decoded, inferred - prepared, finished - inferred};
    for (size_t stage = 0; stage < kStages.size(); ++stage)
      samples_[stage].push_back(static_cast<double>(times[stage]) / 1e6);
  }

  void forget() {
    for (auto& stage : samples_) stage.clear();
  }

  std::vector<StageTime> times() const {
    std::vector<StageTime> stages;
    double total = 0;
    for (size_t at = 0; at < kStages.size(); ++at) {
      stages.push_back({kStages[at], analyze::medianOf(samples_[at]), 0});
      total += stages.back().ms;
    }
    for (StageTime& stage : stages) stage.share = total > 0 ? stage.ms / total : 0;
    return stages;
  }

 private:
  /// Post-processing: the outputs are taken out, and scores judged.
  void use(size_t port, const pipeline::Sample& sample) {
    if (!hasTensor(context_, port)) return;
    const Tensor output = context_.output(port);
    const Plan& plan = context_.plan();
    const bool scores = plan.outputs[port].name == wanted_ || (wanted_.empty() && plan.outputs.size() == 1);
    if (metric_ && scores)
      withContext([&] { return escaped(sample.name); }, [&] { metric_->add(output, sample.label); });
  }

  const pipeline::Spec& spec_;
  ExecutionContext& context_;
  std::optional<pipeline::ClassificationMetric> metric_;
  std::string wanted_;
  std::array<std::vector<double>, kStages.size()> samples_;
};

}  // namespace

std::vector<StageTime> measureStages(const DataFlags& flags, const std::string& path,
                                     ExecutionContext& context, const Output& out) {
  const pipeline::Spec spec = flags.spec(path);
  DataFlags limited = flags;
  if (!limited.limit) limited.limit = kUsualSamples;
  const pipeline::DataSet data = limited.open(spec);
  StageRun run(spec, context);
  const ProgressSink sink = out.progress();
  ProgressPhase progress(sink, "profiling the pipeline", data.size());
  int64_t good = 0;
  for (int64_t at = 0; at < data.size(); ++at) {
    throwIfInterrupted();
    progress.advance();
    try {
      run.sample(data, at);
      if (++good == 1) run.forget(), run.sample(data, at);  // the first one warms caches and files up
    } catch (const Error& error) {
      if (!flags.skipBad || error.code() != ErrorCode::input) throw;
    }
  }
  if (good == 0)
    failInput("there is no usable sample", escaped(flags.data), "give another folder, or less --skip");
  return run.times();
}

std::string bottleneckOf(const std::vector<StageTime>& stages) {
  const auto most = std::max_element(stages.begin(), stages.end(),
                                     [](const StageTime& a, const StageTime& b) { return a.ms < b.ms; });
  const auto infer = std::find_if(stages.begin(), stages.end(),
                                  [](const StageTime& stage) { return stage.name == "infer"; });
  if (most == stages.end() || infer == stages.end() || most == infer) return "";
  return fmt::format(
      "the network is not the bottleneck: it takes {:.0f} % of a sample's time, {} takes {:.0f} %",
      100 * infer->share, most->name, 100 * most->share);
}

}  // namespace ridge::tool
