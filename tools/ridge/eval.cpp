#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "commands.h"
#include "common/arrays.h"
#include "common/data.h"
#include "common/requirement.h"
#include "common/sample_inputs.h"
#include "pipeline/classification.h"
#include "pipeline/preprocess.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  PlanFlags plan;
  DataFlags data;
  std::string path;
  std::vector<std::string> require;
};

struct Times {
  double decode = 0, preprocess = 0, infer = 0, postprocess = 0;
};

/// Adds the time since it was made to a sum.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum) : sum_(sum), start_(Clock::now()) {}
  ~Stopwatch() { sum_ += 1e3 * secondsSince(start_); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& sum_;
  Clock::time_point start_;
};

size_t scoresPort(const Plan& plan, const pipeline::ClassificationTask& task) {
  if (task.output.empty() && plan.outputs.size() == 1) return 0;
  for (size_t port = 0; port < plan.outputs.size(); ++port)
    if (plan.outputs[port].name == task.output) return port;
  failInput(fmt::format("the network has no output '{}'", escaped(task.output)), "task.classification.output",
            "name one of the outputs, see `ridge inspect`");
}

/// Runs the network over a data set, one sample at a time.
class Evaluation {
 public:
  Evaluation(const Flags& flags, const Output& out, const pipeline::Spec& spec)
      : flags_(flags), out_(out), spec_(spec), metric_(std::get<pipeline::ClassificationTask>(*spec.task)) {}

  void run(const pipeline::DataSet& data, const BuildOptions& options) {
    const ProgressSink sink = out_.progress();
    ProgressPhase progress(sink, "evaluating", data.size());
    for (int64_t at = 0; at < data.size(); ++at) {
      throwIfInterrupted();
      progress.advance();
      try {
        evaluate(data, at, options);
      } catch (const Error& error) {
        if (!flags_.data.skipBad || error.code() != ErrorCode::input || !loading_) throw;
        ++bad_;
      }
    }
  }

  const pipeline::ClassificationCounts& counts() const { return metric_.counts(); }
  const Times& times() const { return times_; }
  int64_t bad() const { return bad_; }
  const Executable& executable() const { return *source_->executable; }

 private:
  void evaluate(const pipeline::DataSet& data, int64_t at, const BuildOptions& options) {
    pipeline::Sample sample;
    std::map<std::string, Tensor> inputs;
    loading_ = true;
    {
      const Stopwatch watch(times_.decode);
      sample = data.sample(at);
    }
    {
      const Stopwatch watch(times_.preprocess);
      inputs = networkInputs(sample, spec_);
    }
    loading_ = false;
    prepare(inputs, options);
    withContext([&] { return escaped(sample.name); }, [&] { infer(inputs); });
    const Stopwatch watch(times_.postprocess);
    withContext([&] { return escaped(sample.name); },
                [&] { metric_.add(context_->implementation().output(port_), sample.label); });
  }

  /// The first sample decides the shapes; another shape later gets another plan.
  void prepare(const std::map<std::string, Tensor>& inputs, const BuildOptions& options) {
    if (context_ && fits(inputs)) return;
    source_ = openSource(flags_.path, withShapesOf(inputs, flags_.shapes.requests().front()), options, out_);
    context_ = source_->makeContext();
    port_ = scoresPort(source_->executable->plan(), std::get<pipeline::ClassificationTask>(*spec_.task));
  }

  bool fits(const std::map<std::string, Tensor>& inputs) const {
    return std::all_of(inputs.begin(), inputs.end(), [&](const auto& input) {
      return source_->executable->serves({{input.first, input.second.dims()}});
    });
  }

  void infer(const std::map<std::string, Tensor>& inputs) {
    const Stopwatch watch(times_.infer);
    setSampleInputs(context_->implementation(), inputs);
    context_->execute();
  }

  const Flags& flags_;
  const Output& out_;
  const pipeline::Spec& spec_;
  pipeline::ClassificationMetric metric_;
  std::optional<Source> source_;
  std::optional<Context> context_;
  size_t port_ = 0;
  Times times_;
  int64_t bad_ = 0;
  bool loading_ = false;
};

double share(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

int finish(const Flags& flags, const Evaluation& evaluation, const pipeline::DataSet& data,
           const Output& out) {
  const auto& counts = evaluation.counts();
  if (counts.labelled == 0)
    failInput("no sample has a label", escaped(flags.data.data),
              "give a folder with labels.csv or class folders");
  const double top1 = share(counts.correctTop1, counts.labelled),
               top5 = share(counts.correctTop5, counts.labelled);
  const auto perSample = [&](double total) {
    return total / static_cast<double>(std::max<int64_t>(counts.samples, 1));
  };
  const Times& t = evaluation.times();
  out.line(data.description());
  out.line(fmt::format("top-1 {:.4f} ({} of {}), top-5 {:.4f} ({} of {})", top1, counts.correctTop1,
                       counts.labelled, top5, counts.correctTop5, counts.labelled));
  out.line(fmt::format("ms per sample: decode {:.3f}, preprocess {:.3f}, infer {:.3f}, postprocess {:.3f}",
                       perSample(t.decode), perSample(t.preprocess), perSample(t.infer),
                       perSample(t.postprocess)));
  if (evaluation.bad() > 0) out.line(fmt::format("{} bad samples were skipped", evaluation.bad()));
  Json json{{"samples", counts.samples},
            {"metric", "top1"},
            {"value", top1},
            {"top1", top1},
            {"top5", top5},
            {"correct_top1", counts.correctTop1},
            {"correct_top5", counts.correctTop5},
            {"labelled", counts.labelled},
            {"skipped_bad", evaluation.bad()},
            {"per_sample_ms",
             {{"decode", perSample(t.decode)},
              {"preprocess", perSample(t.preprocess)},
              {"infer", perSample(t.infer)},
              {"postprocess", perSample(t.postprocess)}}}};
  try {
    requireAll(splitCommas(flags.require), {{"top1", top1}, {"top5", top5}, {"value", top1}});
  } catch (const Error& unmet) {
    return out.no(std::move(json), unmet);
  }
  out.json(std::move(json));
  return 0;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  for (const std::string& text : flags.require)
    if (text.empty()) failUsage("the requirement is empty", "--require", "write it like top1>=0.84");
  checkRequirements(splitCommas(flags.require), {"top1", "top5", "value"});
  if (!flags.data.given()) failUsage("there is no data", "--data", "give a folder with labelled samples");
  const pipeline::Spec spec = flags.data.spec(flags.path);
  if (!spec.task)
    failInput("the pipeline has no task", escaped(flags.data.pipeline),
              "add \"task\": {\"classification\": {...}}");
  const pipeline::DataSet data = flags.data.open(spec);
  BuildOptions options = optionsOf(flags.plan, flags.limits, Tune::off, out);
  options.progress = {};  // that of the samples is shown
  Evaluation evaluation(flags, out, spec);
  evaluation.run(data, options);
  return finish(flags, evaluation, data, out);
}

}  // namespace

std::function<int()> addEval(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL|ENGINE", flags->path, "an .onnx file or an engine")->required();
  flags->data.add(app);
  app.add_option("--require", flags->require, "exit 1 unless it holds: top1>=0.84");
  flags->shapes.add(app);
  flags->plan.add(app);
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
