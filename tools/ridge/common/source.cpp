#include "common/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace {

/// The shapes that a plan needs: what was asked for, completed and checked against the engine's inputs.
std::vector<BoundShape> shapesFor(const LoadedEngine& engine, const ShapeRequest& request,
                                  const Output& out) {
  const bool onlyShapes = request.dims.empty() && !request.batch && request.values.empty();
  if (onlyShapes && request.shapes.empty()) return {};
  if (!engine.replanner && request.batch)
    out.note(
        "--batch changes nothing: the engine was built without its portable graph; --shapes chooses a plan");
  if (!engine.replanner || onlyShapes) return request.shapes;
  std::vector<std::string> notes;
  auto shapes = resolveShapes(engine.replanner->portable(), request, notes);
  for (const std::string& note : notes) out.note(note);
  return shapes;
}

/// An engine that was planned for another instruction set has been planned again: not timed, so verified at
/// least.
void proveAgain(const LoadedEngine& engine, const std::shared_ptr<const Executable>& executable,
                const std::string& path, const Output& out) {
  const VerifyReport report = verifyReplanned(engine, executable, 1);
  if (!report.passed)
    throw Error(ErrorCode::no,
                "planned again for this machine, it fails verification: " + shownText(report.failure()),
                escaped(path), "build the engine here, from the model");
  out.note(
      fmt::format("the engine was planned for {}; it has been planned again for {}, without timing, and "
                  "verified against its portable graph (worst channel {:.1f} dB)",
                  escaped(engine.file->data().plans.front().architecture), executable->plan().architecture,
                  report.worstRegionDb));
}

Replanner& replannerOf(const Source& source) {
  const auto& replanner = source.engine->implementation().replanner;
  if (!replanner)
    failInput("the engine was built without its portable graph, which tells of values inside",
              escaped(source.path), "build it again without --no-portable");
  return *replanner;
}

}  // namespace

Context Source::makeContext() const {
  std::vector<InputShape> shapes;
  for (size_t port = 0; port < executable->plan().inputs.size(); ++port)
    shapes.push_back({executable->plan().inputs[port].name, executable->inputArray(port).dims});
  return engine->context(shapes);
}

Graph Source::lowered() const {
  if (const auto& built = engine->implementation().built) return built->lowered.front();
  return replannerOf(*this).lowered(shapesOf(executable->plan()));
}

const Graph& Source::named() const {
  if (const auto& built = engine->implementation().built) return built->imported.graph;
  return replannerOf(*this).portable();
}

BuildOptions optionsOf(const PlanFlags& plan, const LimitFlags& limits, Tune usual, const Output& out) {
  BuildOptions options;
  options.read = limits.read();
  plan.apply(options, usual);
  limits.apply(options.passes);
  options.progress = out.progress();
  return options;
}

Source openSource(const std::string& path, const ShapeRequest& request, const BuildOptions& options,
                  const Output& out) {
  Source source;
  source.path = path;
  source.kind = kindOfFile(path);
  const auto start = Clock::now();
  if (source.kind == FileKind::engine) {
    source.engine = Engine::load(path);
    const EngineImpl& impl = source.engine->implementation();
    const auto loaded = Clock::now();
    source.executable = impl.plans->planFor(shapesFor(*impl.loaded, request, out));
    source.bindSeconds = secondsSince(loaded);
    source.loadSeconds = secondsSince(start);
    if (impl.loaded->replanned) proveAgain(*impl.loaded, source.executable, path, out);
    return source;
  }
  BuildOptions unverified = options;
  unverified.shapes = {request};
  unverified.verify = VerifyMode::off;
  unverified.keepPortable = false;
  out.note(
      fmt::format("{} is a model: it is built in memory and not verified (`ridge build` makes an engine)",
                  escaped(path)));
  source.engine = Engine(implementationOf(buildModel(path, unverified)));
  for (const std::string& note : source.engine->implementation().built->notes) out.note(note);
  source.executable = source.engine->implementation().plans->first();
  source.buildSeconds = secondsSince(start);
  return source;
}

std::vector<InputInfo> inputsOf(const std::string& path, const onnx::ReadOptions& options) {
  std::vector<InputInfo> inputs;
  if (kindOfFile(path) == FileKind::engine) {
    const EngineFile file = EngineFile::open(path);
    const Plan& plan = file.data().plans.front();
    for (const Port& port : plan.inputs) {
      const PortType type = plan.typeOf(port);
      inputs.push_back({port.name, type.type, Shape::of(type.dims)});
    }
    return inputs;
  }
  const Graph graph = onnx::readModel(path, options).graph;
  for (ValueId id : graph.inputs())
    inputs.push_back({graph.value(id).name, graph.value(id).type, graph.value(id).shape});
  return inputs;
}

std::function<bool(const std::string&)> constantsOf(const std::string& path,
                                                    const onnx::ReadOptions& options) {
  return [path, options](const std::string& name) {
    if (kindOfFile(path) == FileKind::engine) return false;
    const Graph graph = onnx::readModel(path, options).graph;
    const auto id = graph.find(name);
    return id && graph.constant(*id);
  };
}

void setInputs(ExecutionContext& context, const NamedInputs& inputs) {
  for (size_t port = 0; port < context.plan().inputs.size(); ++port)
    context.setInput(port, inputs.at(context.plan().inputs[port].name));
}

bool hasTensor(const ExecutionContext& context, size_t port) {
  const Port& known = context.plan().outputs[port];
  return known.array >= 0 || context.slot(static_cast<size_t>(known.slot)).tensor.defined();
}

int64_t batchOf(const Executable& executable) {
  if (executable.plan().inputs.empty()) return 1;
  const Dims& dims = executable.inputArray(0).dims;
  return dims.empty() ? 1 : std::max<int64_t>(dims[0], 1);
}

int64_t fallbackLayers(const Plan& plan) {
  int64_t count = 0;
  forEachStep(plan, [&](const Step& step, int) { count += step.fallback; });
  return count;
}

}  // namespace ridge::tool
