// One running instance of an executable: its activations, bindings and observers. Used from one thread at a
// time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "runtime/devices.h"
#include "runtime/executable.h"

namespace ridge {

class ControlRun;

class ExecutionContext {
 public:
  explicit ExecutionContext(std::shared_ptr<const Executable> executable);
  ~ExecutionContext();

  const Executable& executable() const { return *executable_; }
  const Plan& plan() const { return executable_->plan(); }

  /// The caller's own buffer for an input, or for an output with a shape of its own, dense and row-major,
  /// alive until the next bind. Until then the context's own buffers serve.
  void bindInput(size_t port, const void* data);
  void bindOutput(size_t port, void* data);

  /// Copies an array into the context's own buffer of an input; type and dimensions must fit (Error{input}).
  void setInput(size_t port, const Tensor& tensor);
  /// A copy of an output. Error{input} when it is no tensor.
  Tensor output(size_t port) const;
  /// The buffer that an output is written to; null for one in a slot.
  const void* outputData(size_t port) const { return outputs_.at(port); }
  /// What an island has made in the last execution; nothing before the first.
  const Datum& slot(size_t index) const { return slots_.at(index); }
  void setSlot(size_t index, Datum value) { slots_.at(index) = std::move(value); }

  /// From now on the input gets, after every execution, what the output was: recurrent state. The input
  /// starts with what it holds, zeros if nothing was set. Type and shape must be the same (Error{input}).
  void carry(size_t output, size_t input);

  /// Runs all steps; work on devices has finished, or failed here, when it returns. Allocates nothing outside
  /// islands.
  void execute();
  /// Runs steps [first, last).
  void execute(size_t first, size_t last);

  /// Called (with everything finished) around every step of `execute` with its index; `before` is true when
  /// the step is about to run. Reading arrays (`read`) is free of side effects.
  using Observer = std::function<void(size_t step, bool before)>;
  void observe(Observer observer) { observer_ = std::move(observer); }

  /// A dense copy of an array of the plan; only meaningful while it is alive.
  Tensor read(size_t array) const;
  /// The same of a part of an array, as a step of the plan names it.
  Tensor read(const ArraySpec& part) const;
  /// Fills what a step is to write with NaN (all ones in integers; booleans stay), so that what it leaves out
  /// shows.
  void poison(const ArraySpec& part);
  /// Sets an array of the plan: what a step reads can be injected.
  void write(size_t array, const Tensor& tensor);

  /// Of all memories.
  uint64_t activationBytes() const;

 private:
  struct Carried {
    size_t output, input;
  };

  Buffers buffers(size_t memory = 0) const;
  void runSteps(size_t first, size_t last);
  void runTogether(size_t first, size_t last);
  /// Calls `change` with the bytes of an array from its first element to its last.
  template <class Change>
  void changeBytes(const ArraySpec& part, const Change& change);
  void requireFixedInputs() const;
  void carryOver();

  std::shared_ptr<const Executable> executable_;
  int threads_;
  uint64_t workspacePerThread_;
  Tensor arena_, workspace_;
  ContextDevices devices_;
  std::vector<Tensor> ownInputs_, ownOutputs_;
  std::vector<const std::byte*> inputs_;
  std::vector<std::byte*> outputs_;
  mutable std::vector<Datum> slots_;
  std::vector<Carried> carried_;
  std::map<size_t, std::unique_ptr<ControlRun>> controls_;  // by step, those with bodies
  Observer observer_;
};

}  // namespace ridge
