#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "api/taps.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "commands.h"
#include "common/network_flags.h"
#include "common/rows.h"
#include "common/top.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace {

struct Flags : NetworkFlags {
  RowFlags rows;
  std::string path, outputDir, format = "npy";
  std::vector<std::string> taps;
  int top = 0;
};

struct Outcome {
  std::string sample;  // of a data folder
  NamedTensors outputs, tapped;
};

/// Runs a network on one sample after the other; another shape gets another plan.
class Runner {
 public:
  Runner(const Flags& flags, const Output& out)
      : flags_(flags),
        out_(out),
        request_(flags.shapes.requests().front()),
        options_(optionsOf(flags.plan, flags.limits, Tune::off, out)) {}

  std::vector<Outcome> run() {
    std::vector<Outcome> outcomes;
    if (flags_.data.given()) {
      for (NamedSample& sample : loadSamples(flags_.data, flags_.path, std::nullopt))
        outcomes.push_back(
            runOne(sample.name, std::move(sample.inputs), flags_.inputs.numberedPlace(outcomes.size())));
      return outcomes;
    }
    NamedInputs inputs;
    if (!flags_.inputs.inputs.empty())
      inputs = flags_.inputs.load(inputsOf(flags_.path, options_.read), request_,
                                  constantsOf(flags_.path, options_.read));
    outcomes.push_back(flags_.rows.eachRow ? runRows(std::move(inputs)) : runOne("", std::move(inputs)));
    return outcomes;
  }

 private:
  Outcome runRows(NamedInputs given) {
    const auto carried = flags_.rows.carried();
    const Rows rows(std::move(given), inputsOf(flags_.path, options_.read), carried);
    NamedInputs inputs = rows.at(0);
    prepare(inputs);
    ExecutionContext& context = context_->implementation();
    const Plan& plan = context.plan();
    for (const auto& [output, input] : carried) {
      const size_t to = portNamed(plan.inputs, input, "input");
      context.carry(portNamed(plan.outputs, output, "output"), to);
      const ArraySpec& array = source_->executable->inputArray(to);
      inputs.emplace(input, Tensor::allocate(array.type, array.dims));
    }
    flags_.inputs.complete(inputs, *source_->executable, flags_.common.seed);
    std::vector<NamedTensors> outputs;
    ProgressPhase progress(options_.progress, "rows", rows.count());
    for (int64_t row = 0; row < rows.count(); ++row) {
      throwIfInterrupted();
      if (row > 0) inputs = rows.at(row);
      for (const auto& [name, tensor] : inputs)
        context.setInput(portNamed(plan.inputs, name, "input"), tensor);
      context.execute();
      outputs.push_back(outputsOf(context));
      progress.advance();
    }
    return {"", rows.join(outputs), {}};
  }

  static size_t portNamed(const std::vector<Port>& ports, const std::string& name, const char* kind) {
    const std::vector<std::string> names = portNames(ports);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      failUsage(fmt::format("there is no {} '{}'{}", kind, escaped(name), orSuggestion(name, names)),
                "--carry", "see `ridge inspect`");
    return static_cast<size_t>(found - names.begin());
  }

  /// What is no tensor is left out, with a note.
  NamedTensors outputsOf(const ExecutionContext& context) const {
    NamedTensors outputs;
    for (size_t port = 0; port < context.plan().outputs.size(); ++port) {
      const std::string& name = context.plan().outputs[port].name;
      if (hasTensor(context, port))
        outputs.emplace_back(name, context.output(port));
      else
        out_.note(
            fmt::format("output {} is a sequence or empty, not a tensor: it is left out", escaped(name)));
    }
    return outputs;
  }

  void checkRanges(const NamedInputs& given) const {
    flags_.inputs.rangesOf(portNames(source_->executable->plan().inputs), given);
  }

  static std::vector<std::string> portNames(const std::vector<Port>& ports) {
    std::vector<std::string> names;
    for (const Port& port : ports) names.push_back(port.name);
    return names;
  }

  Outcome runOne(const std::string& name, NamedInputs inputs, const std::string& saveAs = {}) {
    prepare(inputs);
    checkRanges(inputs);
    flags_.inputs.complete(inputs, *source_->executable, flags_.common.seed, saveAs);
    ExecutionContext& context = context_->implementation();
    setInputs(context, inputs);
    context.observe({});
    withAdvice(kContentsAdvice, [&] { context.execute(); });
    Outcome outcome{name, outputsOf(context), {}};
    // One execution for each pattern: a context has one observer.
    for (const auto& tap : taps_) {
      tap->attach(context);
      context.execute();
      for (const auto& [tapped, tensor] : tap->values())
        if (!isOutput(tapped)) outcome.tapped.emplace_back(tapped, tensor);
    }
    return outcome;
  }

  bool isOutput(const std::string& name) const {
    const auto& ports = source_->executable->plan().outputs;
    return std::any_of(ports.begin(), ports.end(), [&](const Port& port) { return port.name == name; });
  }

  void prepare(const NamedInputs& inputs) {
    const ShapeRequest wanted = withShapesOf(inputs, request_);
    if (context_ && source_->executable->serves(wanted.shapes)) return;
    source_ = openSource(flags_.path, wanted, options_, out_);
    context_ = source_->makeContext();
    taps_.clear();
    if (flags_.taps.empty()) return;
    lowered_ = source_->lowered();
    for (const std::string& glob : splitCommas(flags_.taps))
      taps_.push_back(
          std::make_unique<Taps>(*lowered_, context_->implementation().plan(), glob, &source_->named()));
  }

  const Flags& flags_;
  const Output& out_;
  ShapeRequest request_;
  BuildOptions options_;
  std::optional<Source> source_;
  std::optional<Context> context_;
  std::optional<Graph> lowered_;
  std::vector<std::unique_ptr<Taps>> taps_;
};

std::string summary(const Tensor& tensor) {
  if (tensor.count() == 0) return "empty";
  const std::vector<double> values = toDoubles(tensor);
  double low = values[0], high = values[0], sum = 0;
  for (double value : values) {
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
  }
  return fmt::format("{:.6g} .. {:.6g}, mean {:.6g}", low, high, sum / static_cast<double>(values.size()));
}

Json describe(const std::string& name, const Tensor& tensor, int top, const Output& out) {
  Json json{{"name", name}, {"dtype", ridge::name(tensor.type())}, {"shape", tensor.dims()}};
  out.line(fmt::format("{}: {} {}, {}", escaped(name), ridge::name(tensor.type()), toString(tensor.dims()),
                       summary(tensor)));
  if (top <= 0) return json;
  json["top"] = printTop(tensor, top, out);
  return json;
}

/// Shows one outcome and writes its arrays: into the folder, or into one of its own when there are many.
Json present(const Flags& flags, const std::vector<Outcome>& outcomes, size_t at, const Output& out) {
  const Outcome& outcome = outcomes[at];
  Json json;
  if (!outcome.sample.empty()) {
    out.line(escaped(outcome.sample));
    json["sample"] = outcome.sample;
  }
  json["outputs"] = json["tapped"] = Json::array();
  for (const auto& [name, tensor] : outcome.outputs)
    json["outputs"].push_back(describe(name, tensor, flags.top, out));
  for (const auto& [name, tensor] : outcome.tapped) json["tapped"].push_back(describe(name, tensor, 0, out));
  if (flags.outputDir.empty()) return json;
  NamedTensors all = outcome.outputs;
  all.insert(all.end(), outcome.tapped.begin(), outcome.tapped.end());
  writeArrays(all, outcomes.size() == 1 ? flags.outputDir : fmt::format("{}/{:06}", flags.outputDir, at),
              flags.format == "pb");
  return json;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  if (flags.format != "npy" && flags.format != "pb")
    failUsage(fmt::format("arrays are not written as '{}'", escaped(flags.format)), "--format",
              "use npy or pb");
  if (flags.rows.eachRow && (flags.data.given() || !flags.taps.empty()))
    failUsage("rows are those of --input arrays, and only outputs are shown", "--each-row",
              "leave --data and --tap out");
  flags.rows.carried();
  Json samples = Json::array();
  const std::vector<Outcome> outcomes = Runner(flags, out).run();
  for (size_t at = 0; at < outcomes.size(); ++at) samples.push_back(present(flags, outcomes, at, out));
  if (!flags.outputDir.empty()) out.line("written to " + escaped(flags.outputDir));
  Json document{{"model", flags.path}};
  if (flags.data.given())
    document["samples"] = std::move(samples);
  else
    document.update(samples.front());
  out.json(std::move(document));
  return 0;
}

}  // namespace

std::function<int()> addRun(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL|ENGINE", flags->path, "an .onnx file or an engine")->required();
  app.add_option("--output-dir", flags->outputDir, "write outputs (and taps) as files into this folder");
  app.add_option("--format", flags->format, "npy or pb")->capture_default_str();
  app.add_option(
      "--tap", flags->taps,
      "GLOB of names of tensors or of nodes (all their outputs): also give these; the plan stays as it is");
  app.add_option("--top", flags->top,
                 "show the K largest elements of every output, of each row (last axis) where rows are few")
      ->check(wholeNumber(0, 1'000'000));
  flags->rows.add(app);
  flags->add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
