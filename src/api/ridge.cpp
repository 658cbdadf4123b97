#include "ridge/ridge.h"

#include <fmt/format.h>

#include "api/engine_impl.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "base/version.h"
#include "runtime/context.h"

namespace ridge {

namespace {

std::vector<TensorInfo> describe(const Plan& plan, const std::vector<Port>& ports) {
  std::vector<TensorInfo> infos;
  for (const Port& port : ports) {
    PortType known = plan.typeOf(port);
    infos.push_back({port.name, known.type, std::move(known.dims)});
  }
  return infos;
}

size_t indexOf(const std::vector<TensorInfo>& infos, const std::string& name, const char* kind) {
  std::vector<std::string> names;
  for (size_t at = 0; at < infos.size(); ++at) {
    if (infos[at].name == name) return at;
    names.push_back(infos[at].name);
  }
  failUsage(fmt::format("there is no {} '{}'{}", kind, escaped(name), orSuggestion(name, names)), {},
            fmt::format("the names are: {}", escaped(fmt::format("{}", fmt::join(names, ", ")))));
}

BuildOptions optionsFrom(const BuildSettings& settings) {
  BuildOptions options;
  options.device = settings.device;
  ShapeRequest request;
  for (const InputShape& shape : settings.shapes) request.shapes.push_back({shape.name, shape.dims});
  options.shapes = {std::move(request)};
  options.tune = settings.tune ? Tune::fast : Tune::off;
  options.timingCache = settings.timingCache;
  options.verify = settings.verify ? VerifyMode::full : VerifyMode::off;
  options.passes.disabled = settings.disabledPasses;
  if (settings.progress)
    options.progress = [report = settings.progress](const Progress& progress) {
      report(std::string(progress.phase).c_str(), progress.done, progress.total);
    };
  return options;
}

}  // namespace

int64_t TensorInfo::count() const {
  return elementCount(dims);
}
size_t TensorInfo::byteSize() const {
  return bytesOf(type, count());
}

std::shared_ptr<const EngineImpl> implementationOf(BuildResult built) {
  auto impl = std::make_shared<EngineImpl>();
  std::vector<std::shared_ptr<const Executable>> plans;
  for (size_t at = 0; at < built.data.plans.size(); ++at) plans.push_back(makeExecutable(built.data, at));
  impl->built = std::move(built);
  impl->replanner = std::make_shared<Replanner>(impl->built->portable, impl->built->data);
  impl->plans = std::make_shared<PlanSet>(std::move(plans), forOtherShapes(impl->replanner),
                                          shapeRangeOf(impl->built->data));
  return impl;
}

std::shared_ptr<const EngineImpl> implementationOf(LoadedEngine loaded) {
  auto impl = std::make_shared<EngineImpl>();
  impl->plans = loaded.plans;
  impl->replanner = loaded.replanner;
  impl->loaded = std::move(loaded);
  return impl;
}

Context::Context(std::unique_ptr<ExecutionContext> impl)
    : impl_(std::move(impl)),
      inputs_(describe(impl_->plan(), impl_->plan().inputs)),
      outputs_(describe(impl_->plan(), impl_->plan().outputs)) {}
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;
Context::~Context() = default;

const std::vector<TensorInfo>& Context::inputs() const {
  return inputs_;
}
const std::vector<TensorInfo>& Context::outputs() const {
  return outputs_;
}

void Context::bindInput(const std::string& name, const void* data) {
  impl_->bindInput(indexOf(inputs_, name, "input"), data);
}
void Context::bindOutput(const std::string& name, void* data) {
  impl_->bindOutput(indexOf(outputs_, name, "output"), data);
}
void Context::carry(const std::string& output, const std::string& input) {
  impl_->carry(indexOf(outputs_, output, "output"), indexOf(inputs_, input, "input"));
}
void Context::execute() {
  impl_->execute();
}

Context::OutputView Context::output(const std::string& name) const {
  const size_t port = indexOf(outputs_, name, "output");
  const Port& known = impl_->plan().outputs[port];
  if (known.array >= 0) return {outputs_[port].type, outputs_[port].dims, impl_->outputData(port)};
  const Tensor made = impl_->output(port);
  return {made.type(), made.dims(), made.bytes().data()};
}

Engine Engine::build(const std::string& modelPath, const BuildSettings& settings) {
  BuildResult built = buildModel(modelPath, optionsFrom(settings));
  if (settings.verify && !built.verification.passed)
    throw Error(ErrorCode::no, "verification failed: " + escaped(built.verification.failure()),
                escaped(modelPath), "`ridge verify --bisect-passes` looks for the reason");
  return Engine(implementationOf(std::move(built)));
}

Engine Engine::load(const std::string& path) {
  return Engine(implementationOf(loadEngine(path)));
}

void Engine::save(const std::string& path) const {
  EngineData data = impl_->data();
  if (impl_->loaded && impl_->loaded->file->hasPortable()) data.portable = impl_->loaded->file->portable();
  writeEngine(data, path);
}

std::vector<TensorInfo> Engine::inputs() const {
  const Plan& plan = impl_->plans->first()->plan();
  return describe(plan, plan.inputs);
}
std::vector<TensorInfo> Engine::outputs() const {
  const Plan& plan = impl_->plans->first()->plan();
  return describe(plan, plan.outputs);
}

Context Engine::context(const std::vector<InputShape>& shapes) const {
  std::vector<BoundShape> bound;
  for (const InputShape& shape : shapes) bound.push_back({shape.name, shape.dims});
  return Context(std::make_unique<ExecutionContext>(impl_->plans->planFor(bound)));
}

std::string Engine::fact(const std::string& name) const {
  return impl_->data().fact(name);
}

void setThreads(int threads) {
  if (threads < 1 || threads > 1024)
    failUsage(fmt::format("{} threads are not possible", threads), {}, "use 1 to 1024");
  ThreadPool::instance().setThreads(threads);
}

std::string libraryVersion() {
  return std::string(version());
}

}  // namespace ridge
