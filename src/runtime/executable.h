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

  const Plan& plan() const { return plan_; }
  void run(size_t step, const Buffers& buffers) const;
  std::span<const std::byte* const> weights() const { return weightAddresses_; }
  std::span<const Tensor> weightTensors() const { return weights_; }
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

  Plan plan_;
  std::vector<Tensor> weights_;
  std::vector<const std::byte*> weightAddresses_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::vector<Place> places_;  // of each step
};

}  // namespace ridge
