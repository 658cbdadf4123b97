#include <fmt/format.h>

#include <filesystem>
#include <functional>

#include "api/bisect.h"
#include "base/text.h"
#include "commands.h"
#include "common/network_flags.h"
#include "common/saved_outputs.h"
#include "common/verdicts.h"
#include "passes/pass_list.h"

namespace ridge::tool {

namespace {

struct Flags : NetworkFlags {
  std::string model, engine, reference;
  bool layers = false, bisect = false;
};

BuildOptions optionsOf(const Flags& flags, const Output& out) {
  BuildOptions options = tool::optionsOf(flags.plan, flags.limits, Tune::off, out);
  checkPassNames(options.passes.disabled);
  options.seed = flags.common.seed;
  return options;
}

/// The shapes and values that each plan of an engine was made for.
std::vector<ShapeRequest> requestsOf(const EngineFile& engine) {
  std::vector<ShapeRequest> requests;
  for (const Plan& plan : engine.data().plans) {
    ShapeRequest request;
    request.shapes = shapesOf(plan);
    requests.push_back(std::move(request));
  }
  return requests;
}

/// What to verify: as the flags and the given arrays say, else all that an engine was made for.
std::vector<ShapeRequest> requestsOf(const Flags& flags) {
  const bool said =
      flags.shapes.bind() || flags.data.given() || !flags.inputs.inputs.empty() || !flags.reference.empty();
  if (flags.engine.empty() || said) return flags.shapes.requests();
  if (kindOfFile(flags.engine) != FileKind::engine)
    failInput("this is not a Ridgeline engine", escaped(flags.engine), "make one with `ridge build`");
  std::vector<ShapeRequest> requests = requestsOf(EngineFile::open(flags.engine));
  for (ShapeRequest& request : requests) request.values = flags.shapes.requests().front().values;
  return requests;
}

/// Inputs as given: arrays, a saved test data set, the first samples of a data folder, or none.
std::vector<NamedInputs> givenInputs(const Flags& flags, const Graph& graph, const ShapeRequest& request) {
  if (flags.data.given()) {
    std::vector<NamedInputs> inputs;
    for (NamedSample& sample : loadSamples(flags.data, flags.engine.empty() ? flags.model : flags.engine, 1))
      inputs.push_back(std::move(sample.inputs));
    return inputs;
  }
  std::vector<InputInfo> known;
  for (ValueId id : graph.inputs())
    known.push_back({graph.value(id).name, graph.value(id).type, graph.value(id).shape});
  if (!flags.reference.empty() && flags.inputs.inputs.empty())
    if (auto saved = loadSavedInputs(flags.reference, known)) return {std::move(*saved)};
  return {flags.inputs.load(known, request, [&](const std::string& name) {
    const auto id = graph.find(name);
    return id && graph.constant(*id);
  })};
}

/// What is missing is random; --save-inputs keeps all, as `saveAs` where one file cannot hold every sample.
void complete(NamedInputs& inputs, const Graph& graph, const std::vector<BoundShape>& shapes,
              const Flags& flags, const std::string& saveAs) {
  std::vector<std::string> names;
  for (ValueId id : graph.inputs()) names.push_back(graph.value(id).name);
  inputs.merge(randomInputs(graph, shapes, flags.common.seed, flags.inputs.rangesOf(names, inputs)));
  if (!saveAs.empty()) saveNpz(saveAs, NamedTensors(inputs.begin(), inputs.end()));
}

/// The plan to be judged and the graph that it was made from: built now, or an engine's.
struct Subject {
  std::shared_ptr<const Executable> executable;
  Graph lowered;
};

Subject subjectOf(const Flags& flags, const onnx::Model& imported, const std::vector<BoundShape>& shapes,
                  BuildOptions options, const Output& out) {
  const ShapeRequest request{.shapes = shapes, .dims = {}, .batch = {}};
  if (!flags.engine.empty()) {
    if (kindOfFile(flags.engine) != FileKind::engine)
      failInput("this is not a Ridgeline engine", escaped(flags.engine), "make one with `ridge build`");
    withContext(
        [&] { return escaped(flags.engine); },
        [&] { requireSameModel(imported.graph, EngineFile::open(flags.engine).data().plans.front()); });
    const Source source = openSource(flags.engine, request, options, out);
    // Lowered again from the model itself, so that values know what they equal in it.
    if (source.engine->implementation().replanner)
      options.passes.disabled = source.engine->implementation().replanner->disabledPasses();
    options.device = source.data().fact("device");
    Subject subject{source.executable, {}};
    options.verify = VerifyMode::off;
    options.tune = Tune::off;
    options.shapes = {request};
    subject.lowered = std::move(buildModel(imported, flags.model, options).lowered.front());
    return subject;
  }
  options.verify = VerifyMode::off;
  options.shapes = {request};
  BuildResult built = buildModel(imported, flags.model, options);
  return {makeExecutable(built.data, 0), std::move(built.lowered.front())};
}

int bisect(const Flags& flags, const onnx::Model& imported, const std::vector<BoundShape>& shapes,
           const BuildOptions& options, const NamedInputs& inputs, const Output& out) {
  const auto bad = withAdvice(kShapeAdvice, [&] {
    return bisectPasses(imported.graph, shapes, portablePasses(), options.passes, inputs);
  });
  if (!bad) {
    out.line("every patch of every pass keeps the answers");
    out.json({{"passed", true}, {"bad_pass", nullptr}});
    return 0;
  }
  if (bad->pass.empty())
    return out.no({{"passed", false}, {"bad_pass", nullptr}, {"symptom", bad->symptom}},
                  Error(ErrorCode::no,
                        fmt::format("the answer is wrong with no pass at all: {}", shownText(bad->symptom)),
                        escaped(flags.model), "no pass is the cause; please report the model"));
  return out.no({{"passed", false},
                 {"bad_pass", bad->pass},
                 {"nodes", bad->nodes},
                 {"sentence", bad->sentence},
                 {"patches_before", bad->index},
                 {"symptom", bad->symptom}},
                Error(ErrorCode::no, fmt::format("pass {} breaks the network: {}", bad->pass, bad->symptom),
                      fmt::format("nodes {}", escaped(fmt::format("{}", fmt::join(bad->nodes, ", ")))),
                      fmt::format("--disable-pass {} avoids it; please report the model", bad->pass)));
}

VerifyReport verifyAgainstTruth(const Flags& flags, const onnx::Model& imported, const BuildOptions& options,
                                const ShapeRequest& request, std::vector<NamedInputs> samples,
                                const std::function<std::string()>& nextPlace, const Output& out) {
  VerifyReport all;
  std::optional<Subject> subject;
  std::vector<BoundShape> planned;
  for (NamedInputs& inputs : samples) {
    std::vector<std::string> notes;
    const auto shapes = resolveShapes(imported.graph, withShapesOf(inputs, request), notes);
    for (const std::string& note : notes) out.note(note);
    complete(inputs, imported.graph, shapes, flags, nextPlace());
    const auto same = [](const BoundShape& a, const BoundShape& b) {
      return a.input == b.input && a.dims == b.dims;
    };
    if (!subject || !std::equal(planned.begin(), planned.end(), shapes.begin(), shapes.end(), same)) {
      subject = subjectOf(flags, imported, shapes, options, out);
      planned = shapes;
    }
    const Truth truth = withAdvice(kContentsAdvice, [&] { return Truth(imported.graph, inputs); });
    all.merge(verifyPlan(imported.graph, truth, subject->lowered, subject->executable, inputs,
                         VerifyMode::full, options.progress));
  }
  return all;
}

int finish(const VerifyReport& report, const Flags& flags, const Output& out) {
  if (flags.layers) printVerdicts(report.regions, out);
  printVerdicts(report.outputs, out);
  for (const std::string& unchecked : report.unchecked) out.line("unchecked: " + shownText(unchecked));
  if (!report.passed)
    return out.no(verifyJson(report, flags.layers),
                  Error(ErrorCode::no, "verification failed: " + shownText(report.failure()),
                        escaped(flags.model), "see --layers, or look for a pass with --bisect-passes"));
  out.json(verifyJson(report, flags.layers));
  if (!report.regions.empty())
    out.line(fmt::format("verified: {}, worst channel {:.1f} dB",
                         counted(std::ssize(report.regions), "result of a region", "results of regions"),
                         report.worstRegionDb));
  return 0;
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  const BuildOptions options = optionsOf(flags, out);
  const onnx::Model imported = onnx::readModel(flags.model, options.read);
  const std::vector<ShapeRequest> requests = requestsOf(flags);
  const ShapeRequest& request = requests.front();
  std::vector<NamedInputs> samples = givenInputs(flags, imported.graph, request);
  if (flags.bisect) {
    std::vector<std::string> notes;
    const auto shapes = resolveShapes(imported.graph, withShapesOf(samples.front(), request), notes);
    complete(samples.front(), imported.graph, shapes, flags, flags.inputs.save);
    return bisect(flags, imported, shapes, options, samples.front(), out);
  }
  const bool many = flags.data.given() || requests.size() * samples.size() > 1;
  const std::function<std::string()> nextPlace = [&, at = size_t{0}]() mutable {
    return many ? flags.inputs.numberedPlace(at++) : flags.inputs.save;
  };
  VerifyReport report;
  for (const ShapeRequest& each : requests)
    report.merge(verifyAgainstTruth(flags, imported, options, each, samples, nextPlace, out));
  if (!flags.reference.empty()) {
    std::vector<std::string> notes;
    const auto shapes = resolveShapes(imported.graph, withShapesOf(samples.front(), request), notes);
    const Subject subject = subjectOf(flags, imported, shapes, options, out);
    compareWithSaved(flags.reference, imported.graph, subject.executable, samples.front(), report);
  }
  return finish(report, flags, out);
}

}  // namespace

std::function<int()> addVerify(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL", flags->model, "an .onnx file: the truth is its graph with no pass applied")
      ->required();
  app.add_option("--engine", flags->engine, "the engine to judge (default: one built now, in memory)");
  app.add_option(
      "--reference", flags->reference,
      "also compare with outputs that another runtime saved: a folder in ONNX test_data_set layout, or .npz");
  app.add_flag("--layers", flags->layers, "show every region");
  app.add_flag("--bisect-passes", flags->bisect, "find the first pass after which the answers are wrong");
  flags->add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
