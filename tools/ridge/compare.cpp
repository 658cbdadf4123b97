#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "api/taps.h"
#include "base/text.h"
#include "commands.h"
#include "common/network_flags.h"
#include "common/requirement.h"
#include "common/saved_outputs.h"
#include "common/verdicts.h"
#include "compare_profiles.h"
#include "compare_tensors.h"
#include "profile_reader.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace {

struct Flags : NetworkFlags {
  std::array<std::string, 2> paths;
  std::vector<std::string> require;
  bool layers = false;
};

constexpr size_t kShownUnchecked = 10;

/// One of the two: a saved run, or a model or engine that runs on whatever inputs come.
class Side {
 public:
  Side(const Flags& flags, size_t at, const Output& out)
      : flags_(flags),
        out_(out),
        path_(flags.paths[at]),
        saved_(isSaved(path_)),
        options_(optionsOf(flags.plan, flags.limits, Tune::off, out)) {
    if (!saved_) inputs_ = inputsOf(path_, options_.read);
  }

  bool saved() const { return saved_; }
  const std::string& path() const { return path_; }
  const std::vector<InputInfo>& inputs() const { return inputs_; }

  /// Completes `inputs` where they are missing, for the other side too.
  ComparedTensors tensors(NamedInputs& inputs) {
    if (saved_) return {loadSavedTensors(path_), {}, {}};
    prepare(inputs);
    if (std::any_of(inputs_.begin(), inputs_.end(),
                    [&](const InputInfo& i) { return !inputs.contains(i.name); }))
      flags_.inputs.complete(inputs, *source_->executable, flags_.common.seed);
    return execute(inputs);
  }

 private:
  void prepare(const NamedInputs& inputs) {
    NamedInputs own;
    for (const InputInfo& info : inputs_)
      if (const auto given = inputs.find(info.name); given != inputs.end()) own.insert(*given);
    const ShapeRequest wanted = withShapesOf(own, flags_.shapes.requests().front());
    if (context_ && source_->executable->serves(wanted.shapes)) return;
    source_ = openSource(path_, wanted, options_, out_);
    context_ = source_->makeContext();
    taps_.reset();
    if (!flags_.layers) return;
    lowered_ = source_->lowered();
    taps_.emplace(*lowered_, context_->implementation().plan(), "*");
  }

  ComparedTensors execute(const NamedInputs& inputs) {
    ExecutionContext& context = context_->implementation();
    setInputs(context, inputs);
    if (taps_) taps_->attach(context);
    withAdvice(kContentsAdvice, [&] { context.execute(); });
    ComparedTensors tensors;
    for (size_t port = 0; port < context.plan().outputs.size(); ++port)
      if (hasTensor(context, port))
        tensors.outputs.emplace_back(context.plan().outputs[port].name, context.output(port));
      else
        tensors.others.insert(context.plan().outputs[port].name);
    if (!taps_) return tensors;
    for (NodeId node : lowered_->order())
      for (ValueId id : lowered_->node(node).out) {
        if (id == kNoValue || lowered_->value(id).source.empty()) continue;
        const std::string& source = lowered_->value(id).source;
        const auto tapped = taps_->values().find(source);
        if (tapped != taps_->values().end() && !find(tensors.outputs, source) && !find(tensors.inner, source))
          tensors.inner.emplace_back(source, tapped->second);
      }
    return tensors;
  }

  const Flags& flags_;
  const Output& out_;
  std::string path_;
  bool saved_;
  BuildOptions options_;
  std::vector<InputInfo> inputs_;
  std::optional<Source> source_;
  std::optional<Context> context_;
  std::optional<Graph> lowered_;
  std::optional<Taps> taps_;
};

void checkRanges(const Flags& flags, const Side& side, const NamedInputs& given) {
  std::vector<std::string> names;
  for (const InputInfo& input : side.inputs()) names.push_back(input.name);
  flags.inputs.rangesOf(names, given);
}

std::vector<NamedInputs> givenInputs(const Flags& flags, const std::array<Side, 2>& sides) {
  const Side* runs = nullptr;
  for (const Side& side : sides)
    if (!side.saved() && !runs) runs = &side;
  if (!runs) return {{}};
  std::vector<NamedInputs> given;
  if (flags.data.given()) {
    for (NamedSample& sample : loadSamples(flags.data, runs->path(), 1)) {
      checkRanges(flags, *runs, sample.inputs);
      given.push_back(std::move(sample.inputs));
    }
    return given;
  }
  if (!flags.inputs.inputs.empty()) {
    given.push_back(flags.inputs.load(runs->inputs(), flags.shapes.requests().front(),
                                      constantsOf(runs->path(), flags.limits.read())));
    checkRanges(flags, *runs, given.front());
    return given;
  }
  for (const Side& side : sides)
    if (side.saved()) {
      if (auto saved = loadSavedInputs(side.path(), runs->inputs())) return {std::move(*saved)};
      if (!flags.inputs.random)
        failUsage("the inputs of the saved run are not known", escaped(side.path()),
                  "give them with --input (`ridge run --save-inputs` keeps them)");
    }
  return {{}};
}

VerifyReport compareAll(const Flags& flags, const Output& out) {
  std::array<Side, 2> sides{Side(flags, 0, out), Side(flags, 1, out)};
  std::vector<NamedInputs> samples = givenInputs(flags, sides);
  if (samples.size() > 1 && (sides[0].saved() || sides[1].saved()))
    failUsage("a saved run is one sample", "--limit", "use --limit 1, and --skip to reach another");
  std::set<std::string> names;
  for (const Side& side : sides)
    for (const InputInfo& input : side.inputs()) names.insert(input.name);
  VerifyReport all;
  for (NamedInputs& inputs : samples) {
    ComparedTensors first = sides[0].tensors(inputs);
    all.merge(matchTensors(std::move(first), sides[1].tensors(inputs), names));
  }
  if (all.outputs.empty() && all.regions.empty())
    failInput("they have no tensor in common", escaped(flags.paths[0] + ", " + flags.paths[1]),
              "see the names with `ridge inspect`, or those in manifest.json");
  return all;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The worst of all outputs.
std::map<std::string, double> worst(const VerifyReport& report) {
  std::map<std::string, double> values{{"sqnr_db", Difference::kExact},
                                       {"worst_channel_db", Difference::kExact},
                                       {"cosine", 1},
                                       {"max_abs", 0},
                                       {"max_rel", 0},
                                       {"rms", 0},
                                       {"mismatched", 0}};
  for (const Verdict& verdict : report.outputs) {
    const Difference& d = verdict.difference;
    const auto low = [&](const char* key, double value) { values[key] = std::min(values[key], value); };
    const auto high = [&](const char* key, double value) { values[key] = std::max(values[key], value); };
    low("sqnr_db", d.sqnrDb);
    low("worst_channel_db", d.worstChannelDb);
    low("cosine", d.cosine);
    // An element that is finite in one of them only is not in the other figures.
    const double least = isFloat(verdict.type) && d.mismatched > 0 ? kInfinity : 0;
    high("max_abs", std::max(d.maxAbs, least));
    high("max_rel", std::max(d.maxRel, least));
    high("rms", std::max(d.rms, least));
    values["mismatched"] += static_cast<double>(d.mismatched);
  }
  return values;
}

/// Outputs of one shape that miss the bound may still meet what --require asks for.
void judge(const Flags& flags, const VerifyReport& report) {
  if (flags.require.empty()) {
    if (report.passed) return;
    throw Error(
        ErrorCode::no, "they differ: " + shownText(report.failure()),
        escaped(flags.paths[0] + ", " + flags.paths[1]),
        flags.layers ? "the first layer that differs is listed" : "see where it begins with --layers");
  }
  requireAll(splitCommas(flags.require), worst(report));
}

bool isEngine(const std::string& path) {
  return !isSaved(path) && kindOfFile(path) == FileKind::engine;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  for (const std::string& text : flags.require)
    if (text.empty()) failUsage("the requirement is empty", "--require", "write it like sqnr_db>=60");
  if (isProfileFile(flags.paths[0]) || isProfileFile(flags.paths[1]))
    return compareProfiles(flags.paths, flags.layers, splitCommas(flags.require), out);
  std::vector<std::string> metrics;
  for (const auto& [name, value] : worst({})) metrics.push_back(name);
  checkRequirements(splitCommas(flags.require), metrics);
  const VerifyReport report = compareAll(flags, out);
  if (flags.layers) printVerdicts(report.regions, out);
  const auto differs = std::find_if(report.regions.begin(), report.regions.end(), [](const Verdict& verdict) {
    return verdict.outcome == Outcome::failed;
  });
  if (differs != report.regions.end()) out.line("the first that differs: " + escaped(differs->name));
  printVerdicts(report.outputs, out);
  for (size_t at = 0; at < std::min(report.unchecked.size(), kShownUnchecked); ++at)
    out.line("unchecked: " + shownText(report.unchecked[at]));
  if (report.unchecked.size() > kShownUnchecked)
    out.line(fmt::format("unchecked: {} more (--json has all)", report.unchecked.size() - kShownUnchecked));
  Json json{{"a", flags.paths[0]}, {"b", flags.paths[1]}};
  json.update(verifyJson(report, flags.layers));
  json.erase("worst_region_db");
  json.erase("regions");
  if (flags.layers && isEngine(flags.paths[0]) && isEngine(flags.paths[1]))
    json["plans"] = comparePlans(flags.paths, out);
  try {
    judge(flags, report);
  } catch (const Error& different) {
    json["passed"] = false;
    return out.no(std::move(json), different);
  }
  json["passed"] = true;
  out.json(std::move(json));
  return 0;
}

}  // namespace

std::function<int()> addCompare(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  const char* kinds =
      "an .onnx file, an engine, a folder of `ridge run --output-dir` or in ONNX test_data_set layout, .npz, "
      "or what `ridge profile --json` wrote";
  app.add_option("A", flags->paths[0], kinds)->required();
  app.add_option("B", flags->paths[1], "the same; what A should be")->required();
  app.add_flag(
      "--layers", flags->layers,
      "also inner tensors of models and engines, by their names in the source model; of profiles and "
      "two engines what their plans do differently");
  app.add_option(
      "--require", flags->require,
      "exit 1 unless it holds for every output, instead of the usual bounds: sqnr_db>=40; of profiles: "
      "ratio<=1.05");
  flags->add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
