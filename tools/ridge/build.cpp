#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "api/load.h"
#include "base/text.h"
#include "commands.h"
#include "common/arrays.h"
#include "common/output_files.h"
#include "common/source.h"
#include "engine/engine_file.h"
#include "ops/list.h"
#include "passes/pass_list.h"
#include "pipeline/spec.h"

namespace ridge::tool {

namespace {

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  RangeFlags range;
  PlanFlags plan;
  InputFlags inputs;
  std::string model, output, verify = "full", pipeline, precision = "fp32";
  bool noPortable = false;
};

VerifyMode verifyMode(const std::string& text) {
  if (text == "full") return VerifyMode::full;
  if (text == "sample") return VerifyMode::sample;
  if (text == "off") return VerifyMode::off;
  failUsage(fmt::format("'{}' is no way to verify", escaped(text)), "--verify", "use full, sample or off");
}

BuildOptions optionsOf(const Flags& flags, const Output& out) {
  BuildOptions options = tool::optionsOf(flags.plan, flags.limits, Tune::fast, out);
  checkPassNames(options.passes.disabled);
  options.shapes = flags.range.given() ? flags.range.requests(flags.shapes) : flags.shapes.requests();
  options.range = flags.range.given();
  options.verify = verifyMode(flags.verify);
  options.seed = flags.common.seed;
  options.keepPortable = !flags.noPortable;
  if (flags.precision != "fp32")
    failUsage(fmt::format("the precision '{}' is not there yet", escaped(flags.precision)), "--precision",
              "use fp32");
  if (!flags.pipeline.empty()) options.pipeline = pipeline::toJson(pipeline::readSpec(flags.pipeline));
  return options;
}

/// Arrays and ranges for the verification; what is not given is random.
void takeInputs(const Flags& flags, BuildOptions& options) {
  const std::vector<InputInfo> known = inputsOf(flags.model, options.read);
  options.inputs = flags.inputs.load(known, options.shapes.front(), constantsOf(flags.model, options.read));
  options.shapes.front() = withShapesOf(options.inputs, options.shapes.front());
  std::vector<std::string> names;
  for (const InputInfo& input : known) names.push_back(input.name);
  options.ranges = flags.inputs.rangesOf(names, options.inputs);
}

/// A model from a file, or the portable graph of an engine, which is planned again for this machine.
BuildResult build(const Flags& flags, BuildOptions& options, const Output& out) {
  if (!flags.inputs.inputs.empty() || !flags.inputs.ranges.empty()) takeInputs(flags, options);
  if (kindOfFile(flags.model) == FileKind::engine) {
    const EngineFile file = EngineFile::open(flags.model);
    if (options.pipeline.empty()) options.pipeline = file.data().pipeline;
    out.note(
        "the engine's portable graph is planned again; it is verified against itself, not against the first "
        "model");
    return buildModel(portableOf(file), flags.model, options);
  }
  return buildModel(flags.model, options);
}

size_t count(const Plan& plan, bool Step::*what) {
  size_t total = 0;
  forEachStep(plan, [&](const Step& step, int) { total += step.*what; });
  return total;
}

/// Steps of the ops of src/ops/quantized.
size_t integerRegions(const Plan& plan) {
  size_t total = 0;
  forEachStep(plan, [&](const Step& step, int) {
    total += std::any_of(step.ops.begin(), step.ops.end(), [](const std::string& name) {
      const std::string_view prefix = "ridge.";
      const Op* op = name.starts_with(prefix) ? findOp("ridge", name.substr(prefix.size())) : nullptr;
      return op && op->traits.integer;
    });
  });
  return total;
}

void describe(const BuildResult& result, const Flags& flags, const std::string& written, const Output& out) {
  std::vector<std::vector<std::string>> rows{{"phase", "seconds"}};
  for (const PhaseTime& phase : result.phases)
    rows.push_back({phase.phase, fmt::format("{:.2f}", phase.seconds)});
  out.table(rows);
  const Plan& plan = result.data.plans.front();
  out.line(fmt::format("{} on {} ({}), {} of activations, {} of constants",
                       counted(std::ssize(plan.steps), "step"), plan.device, plan.architecture,
                       formatBytes(static_cast<int64_t>(plan.arenaBytes)),
                       formatBytes(static_cast<int64_t>(makeExecutable(result.data, 0)->weightBytes()))));
  if (const size_t integers = integerRegions(plan); integers > 0)
    out.line(counted(static_cast<int64_t>(integers), "region executes", "regions execute") + " as integers");
  forEachStep(plan, [&](const Step& step, int) {
    if (step.fallback)
      out.line(fmt::format("falls back to a reference kernel: {} ({})", escaped(step.name),
                           fmt::join(step.ops, ", ")));
  });
  const VerifyReport& report = result.verification;
  if (verifyMode(flags.verify) == VerifyMode::off) {
    out.line("not verified (--verify off)");
  } else if (report.passed) {
    out.line(
        fmt::format("verified: {}, worst channel {:.1f} dB{}", counted(std::ssize(report.regions), "result"),
                    report.worstRegionDb,
                    report.unchecked.empty() ? "" : fmt::format(", {} unchecked", report.unchecked.size())));
  }
  if (result.verified || verifyMode(flags.verify) == VerifyMode::off)
    out.line("written to " + escaped(written));
}

/// Null for what has no size (/dev/null, a pipe).
Json sizeOf(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  return error ? Json() : Json(bytes);
}

Json resultJson(const BuildResult& result, const std::string& written) {
  Json phases = Json::object();
  for (const PhaseTime& phase : result.phases) phases[phase.phase] = phase.seconds;
  Json plans = Json::array();
  for (const Plan& plan : result.data.plans) {
    Json inputs = Json::object();
    for (const Port& port : plan.inputs) inputs[port.name] = plan.typeOf(port).dims;
    plans.push_back({{"shapes", std::move(inputs)},
                     {"steps", plan.steps.size()},
                     {"activation_bytes", plan.arenaBytes},
                     {"integer_regions", integerRegions(plan)},
                     {"fallback_layers", count(plan, &Step::fallback)},
                     {"isa", plan.architecture}});
  }
  Json document{{"engine", written},
                {"engine_bytes", sizeOf(written)},
                {"phases_s", std::move(phases)},
                {"plans", std::move(plans)},
                {"notes", result.notes}};
  if (!result.verification.outputs.empty()) document["verification"] = verifyJson(result.verification, false);
  return document;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  BuildOptions options = optionsOf(flags, out);
  const BuildResult result = build(flags, options, out);
  for (const std::string& note : result.notes) out.note(note);
  const bool failed = options.verify != VerifyMode::off && !result.verification.passed;
  const std::string target = failed ? flags.output + ".failed" : flags.output;
  writeEngine(result.data, target);
  describe(result, flags, target, out);
  if (failed)
    throw Error(ErrorCode::no, "verification failed: " + shownText(result.verification.failure()),
                escaped(flags.model),
                fmt::format("the engine is kept as {}; `ridge verify {} --bisect-passes` looks for a pass",
                            escaped(target), escaped(flags.model)));
  out.json(resultJson(result, target));
  return 0;
}

}  // namespace

std::function<int()> addBuild(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL", flags->model, "an .onnx file, or an engine to plan again for this machine")
      ->required();
  app.add_option("-o,--output", flags->output, "the engine to write")->type_name(kWrittenFile)->required();
  app.add_option("--verify", flags->verify, "full, sample (every tenth region) or off")
      ->capture_default_str();
  app.add_option("--precision", flags->precision, "fp32")->capture_default_str();
  app.add_option("--pipeline", flags->pipeline, "pipeline specification to store in the engine");
  app.add_flag("--no-portable", flags->noPortable,
               "leave the portable graph out: smaller, but bound to this machine");
  app.add_option("--input", flags->inputs.inputs,
                 "NAME=FILE: inputs of the verification (default, and for those not given: random)");
  app.add_option("--input-range", flags->inputs.ranges,
                 "NAME=LO:HI of random values of the verification (default 0:1)");
  flags->shapes.add(app);
  flags->range.add(app);
  flags->plan.add(app);
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
