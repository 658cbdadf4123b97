#include <fmt/format.h>

#include <optional>

#include "api/taps.h"
#include "base/text.h"
#include "commands.h"
#include "common/arrays.h"
#include "pipeline/classification.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  PlanFlags plan;
  InputFlags inputs;
  std::string path, outputDir, format = "npy";
  std::vector<std::string> taps;
  int top = 0;
};

struct Outcome {
  NamedTensors outputs, tapped;
};

Outcome execute(const Flags& flags, const Output& out, Source& source) {
  BuildOptions options;
  options.read = flags.limits.read();
  flags.plan.apply(options, Tune::off);
  flags.limits.apply(options.passes);
  options.progress = out.progress();
  const ShapeRequest request = flags.shapes.requests().front();
  NamedInputs inputs;
  if (!flags.inputs.inputs.empty()) inputs = flags.inputs.load(inputsOf(flags.path, options.read), request);
  source = openSource(flags.path, withShapesOf(inputs, request), options, out);
  flags.inputs.complete(inputs, *source.executable, flags.common.seed);

  Context bound = source.makeContext();
  ExecutionContext& context = bound.implementation();
  std::optional<Graph> lowered;
  std::vector<std::unique_ptr<Taps>> taps;
  for (const std::string& glob : splitCommas(flags.taps)) {
    if (!lowered) lowered = source.lowered();
    taps.push_back(std::make_unique<Taps>(*lowered, context.plan(), glob));
  }
  for (size_t port = 0; port < context.plan().inputs.size(); ++port)
    context.setInput(port, inputs.at(context.plan().inputs[port].name));
  // One execution for each pattern: a context has one observer.
  context.execute();
  Outcome outcome;
  for (size_t port = 0; port < context.plan().outputs.size(); ++port)
    outcome.outputs.emplace_back(context.plan().outputs[port].name, context.output(port));
  for (const auto& tap : taps) {
    tap->attach(context);
    context.execute();
    outcome.tapped.insert(outcome.tapped.end(), tap->values().begin(), tap->values().end());
  }
  return outcome;
}

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
  json["top"] = Json::array();
  const std::vector<double> values = toDoubles(tensor);
  for (int64_t index : pipeline::topClasses(tensor, top)) {
    const double score = values[static_cast<size_t>(index)];
    out.line(fmt::format("  {:>6}  {:.6g}", index, score));
    Json entry{{"index", index}};
    setNumber(entry, "score", score);
    json["top"].push_back(std::move(entry));
  }
  return json;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  if (flags.format != "npy" && flags.format != "pb")
    failUsage(fmt::format("arrays are not written as '{}'", escaped(flags.format)), "--format",
              "use npy or pb");
  Source source;
  const Outcome outcome = execute(flags, out, source);
  Json outputs = Json::array(), tapped = Json::array();
  for (const auto& [name, tensor] : outcome.outputs)
    outputs.push_back(describe(name, tensor, flags.top, out));
  for (const auto& [name, tensor] : outcome.tapped) tapped.push_back(describe(name, tensor, 0, out));
  if (!flags.outputDir.empty()) {
    NamedTensors all = outcome.outputs;
    all.insert(all.end(), outcome.tapped.begin(), outcome.tapped.end());
    writeArrays(all, flags.outputDir, flags.format == "pb");
    out.line("written to " + escaped(flags.outputDir));
  }
  out.json({{"model", flags.path}, {"outputs", std::move(outputs)}, {"tapped", std::move(tapped)}});
  return 0;
}

}  // namespace

std::function<int()> addRun(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL|ENGINE", flags->path, "an .onnx file or an engine")->required();
  app.add_option("--output-dir", flags->outputDir, "write outputs (and taps) as files into this folder");
  app.add_option("--format", flags->format, "npy or pb")->capture_default_str();
  app.add_option("--tap", flags->taps, "also give inner tensors whose names match; the plan stays as it is");
  app.add_option("--top", flags->top, "show the K largest elements of every output");
  flags->inputs.add(app);
  flags->shapes.add(app);
  flags->plan.add(app);
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
