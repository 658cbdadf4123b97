#include "common/source.h"

#include <fmt/format.h>

#include <chrono>

#include "base/text.h"
#include "passes/lower.h"

namespace ridge::tool {

namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The shapes that a plan needs: what was asked for, completed and checked against the engine's inputs.
std::vector<BoundShape> shapesFor(const LoadedEngine& engine, const ShapeRequest& request,
                                  const Output& out) {
  if (request.shapes.empty() && request.dims.empty() && !request.batch) return {};
  if (!engine.file->hasPortable() || (request.dims.empty() && !request.batch)) return request.shapes;
  std::vector<std::string> notes;
  auto shapes = resolveShapes(portableOf(*engine.file).graph, request, notes);
  for (const std::string& note : notes) out.note(note);
  return shapes;
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
  const onnx::Model portable = portableOf(*engine->implementation().loaded->file);
  std::vector<BoundShape> shapes;
  for (size_t port = 0; port < executable->plan().inputs.size(); ++port)
    shapes.push_back({executable->plan().inputs[port].name, executable->inputArray(port).dims});
  PassOptions options;
  options.disabled = replanningOf(data()).disabledPasses;
  PassReport report;
  return lower(portable.graph, shapes, options, report);
}

Source openSource(const std::string& path, const ShapeRequest& request, const BuildOptions& options,
                  const Output& out) {
  Source source;
  source.path = path;
  source.kind = kindOfFile(path);
  const auto start = std::chrono::steady_clock::now();
  if (source.kind == FileKind::engine) {
    source.engine = Engine::load(path);
    const EngineImpl& impl = source.engine->implementation();
    source.executable = impl.plans->planFor(shapesFor(*impl.loaded, request, out));
    source.loadSeconds = secondsSince(start);
    if (impl.loaded->replanned)
      out.note(
          "the engine was planned for another instruction set and has been planned again, without timing; it "
          "is not "
          "verified here");
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
      const ArraySpec& array = plan.arrays[static_cast<size_t>(port.array)].array;
      inputs.push_back({port.name, array.type, Shape::of(array.dims)});
    }
    return inputs;
  }
  const Graph graph = onnx::readModel(path, options).graph;
  for (ValueId id : graph.inputs())
    inputs.push_back({graph.value(id).name, graph.value(id).type, graph.value(id).shape});
  return inputs;
}

}  // namespace ridge::tool
