// A plan that is ready to run: programs compiled, constants resolved. Immutable, shared by contexts in any
// thread.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ops/infer.h"
#include "plan/backend.h"
#include "plan/plan.h"

namespace ridge {

class Executable {
 public:
  /// `weights[i]` are the bytes of blob i; each tensor keeps its bytes alive. Throws Error{input} when a step
  /// names a backend that is not listed or does not fit its tactic.
  Executable(Plan plan, std::vector<Tensor> weights, std::span<const Backend* const> backends);

  /// The constants that a plan and its bodies read.
  struct Weights {
    std::vector<Tensor> tensors;
    std::vector<const std::byte*> addresses;
    std::vector<std::span<const std::byte>> bytes;
  };
  /// Of a body, on the constants of the plan around it.
  Executable(Plan plan, std::shared_ptr<const Weights> weights, std::span<const Backend* const> backends);

  const Plan& plan() const { return plan_; }
  /// Steps [first, last), which lie in one run: last <= runEnd(first). `buffers` are those of their memory.
  void run(size_t first, size_t last, const Buffers& buffers) const;
  /// One past the last step that may be given to `run` together with this one.
  size_t runEnd(size_t step) const { return ends_[step]; }
  /// Where a step runs: 0 on the host, else in deviceMemories()[index - 1].
  size_t memoryOf(size_t step) const { return static_cast<size_t>(plan_.steps[step].kernel.memory); }
  std::span<const DeviceMemory* const> deviceMemories() const { return deviceMemories_; }
  /// All streams have to finish before this step (runtime/schedule.h).
  bool waits(size_t step) const { return waits_[step]; }
  /// Of a step with bodies: one for each.
  std::span<const std::shared_ptr<const Executable>> bodies(size_t step) const { return bodies_[step]; }
  std::span<const std::byte* const> weights() const { return weights_->addresses; }
  std::span<const Tensor> weightTensors() const { return weights_->tensors; }
  uint64_t weightBytes() const;

  /// The bound shapes of the inputs are exactly these (an input that `shapes` leaves out may have any; an
  /// unknown name: false).
  bool serves(const std::vector<BoundShape>& shapes) const;
  const ArraySpec& inputArray(size_t port) const { return arrayOf(plan_.inputs[port]); }
  /// Only of an output with a shape of its own (Port::array).
  const ArraySpec& outputArray(size_t port) const { return arrayOf(plan_.outputs[port]); }

 private:
  struct Place {
    size_t program;
    int step;
  };
  const ArraySpec& arrayOf(const Port& port) const {
    return plan_.arrays[static_cast<size_t>(port.array)].array;
  }
  void compile(std::span<const Backend* const> backends);
  void compileBodies(std::span<const Backend* const> backends);
  void findRuns();

  Plan plan_;
  std::shared_ptr<const Weights> weights_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::vector<Place> places_;                                           // of each step
  std::vector<std::vector<std::shared_ptr<const Executable>>> bodies_;  // of each step
  std::vector<const DeviceMemory*> deviceMemories_;
  std::vector<bool> waits_;
  std::vector<size_t> ends_;
};

}  // namespace ridge
