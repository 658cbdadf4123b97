#include "runtime/executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "runtime/schedule.h"

namespace ridge {

namespace {

constexpr size_t kNoProgram = std::numeric_limits<size_t>::max();

std::shared_ptr<const Executable::Weights> weightsOf(std::vector<Tensor> tensors) {
  auto made = std::make_shared<Executable::Weights>();
  made->tensors = std::move(tensors);
  for (const Tensor& blob : made->tensors) {
    made->bytes.push_back(blob.bytes());
    made->addresses.push_back(blob.bytes().data());
  }
  return made;
}

}  // namespace

Executable::Executable(Plan plan, std::vector<Tensor> weights, std::span<const Backend* const> backends)
    : Executable(std::move(plan), weightsOf(std::move(weights)), backends) {}

Executable::Executable(Plan plan, std::shared_ptr<const Weights> weights,
                       std::span<const Backend* const> backends)
    : plan_(std::move(plan)), weights_(std::move(weights)) {
  deviceMemories_ = deviceMemoriesOf(plan_, backends);
  compileBodies(backends);
  compile(backends);
  waits_ = waitsOf(plan_);
  findRuns();
}

void Executable::compileBodies(std::span<const Backend* const> backends) {
  bodies_.resize(plan_.steps.size());
  for (size_t at = 0; at < plan_.steps.size(); ++at) {
    const Step& step = plan_.steps[at];
    if (!step.control) continue;
    withContext([&] { return fmt::format("step {}", escaped(step.name)); },
                [&] {
                  checkControl(step);
                  for (const Plan& body : step.bodies)
                    bodies_[at].push_back(std::make_shared<const Executable>(body, weights_, backends));
                });
  }
}

void Executable::compile(std::span<const Backend* const> backends) {
  // Neighbouring steps of one backend are one program: later, one CUDA graph.
  for (size_t first = 0; first < plan_.steps.size();) {
    if (plan_.steps[first].control) {  // ControlRun runs it
      places_.push_back({kNoProgram, 0});
      ++first;
      continue;
    }
    const std::string& name = plan_.steps[first].kernel.backend;
    const auto backend = std::find_if(backends.begin(), backends.end(),
                                      [&](const Backend* listed) { return listed->name() == name; });
    if (backend == backends.end())
      failInput(
          fmt::format("the engine has steps for the backend '{}', which this build lacks", escaped(name)), {},
          "build the engine again on this machine");
    std::vector<KernelSpec> segment;
    size_t end = first;
    for (; end < plan_.steps.size() && plan_.steps[end].kernel.backend == name && !plan_.steps[end].control;
         ++end) {
      places_.push_back({programs_.size(), static_cast<int>(end - first)});
      requireOwnMemory(plan_, plan_.steps[end].kernel, **backend);
      segment.push_back(plan_.steps[end].kernel);
    }
    programs_.push_back((*backend)->compile(segment, weights_->bytes));
    first = end;
  }
}

void Executable::findRuns() {
  ends_.resize(plan_.steps.size());
  for (size_t step = ends_.size(); step-- > 0;) {
    const bool alone = step + 1 == ends_.size() || plan_.steps[step].control ||
                       places_[step + 1].program != places_[step].program || waits_[step + 1];
    ends_[step] = alone ? step + 1 : ends_[step + 1];
  }
}

void Executable::run(size_t first, size_t last, const Buffers& buffers) const {
  const Place& place = places_[first];
  programs_[place.program]->runRange(place.step, place.step + static_cast<int>(last - first), buffers);
}

uint64_t Executable::weightBytes() const {
  uint64_t total = 0;
  for (const Tensor& blob : weights_->tensors) total += blob.byteSize();
  return total;
}

namespace {

/// A request without a value takes any plan: executing checks what is given.
bool servesValue(const Port& port, const BoundShape& shape) {
  if (!shape.value) return true;
  const auto bytes = shape.value->bytes();
  return std::equal(bytes.begin(), bytes.end(), port.fixed.begin(), port.fixed.end());
}

}  // namespace

bool Executable::serves(const std::vector<BoundShape>& shapes) const {
  return std::all_of(shapes.begin(), shapes.end(), [&](const BoundShape& shape) {
    for (size_t port = 0; port < plan_.inputs.size(); ++port)
      if (plan_.inputs[port].name == shape.input)
        return inputArray(port).dims == shape.dims && servesValue(plan_.inputs[port], shape);
    return false;
  });
}

}  // namespace ridge
