// Steps that run in the calling thread (and the pool), and the program made of them: for host backends.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "base/error.h"
#include "plan/backend.h"

namespace ridge {

/// A compiled step: immutable, allocates nothing when it runs.
class CompiledStep {
 public:
  virtual ~CompiledStep() = default;
  virtual void run(const Buffers& buffers) const = 0;
};

class StepProgram : public Program {
 public:
  /// `compileOne(spec)` makes each step; its errors name the step's index.
  template <class CompileOne>
  static std::unique_ptr<Program> compile(std::span<const KernelSpec> specs, const CompileOne& compileOne) {
    auto program = std::make_unique<StepProgram>();
    for (size_t at = 0; at < specs.size(); ++at) {
      program->steps_.push_back(
          withContext([&] { return fmt::format("step {}", at); }, [&] { return compileOne(specs[at]); }));
      program->serial_.push_back(specs[at].serial);
    }
    return program;
  }

  int steps() const override { return static_cast<int>(steps_.size()); }
  void run(int step, const Buffers& buffers) const override {
    const auto at = static_cast<size_t>(step);
    if (!serial_[at]) return steps_[at]->run(buffers);
    Buffers alone = buffers;
    alone.threads = 1;
    steps_[at]->run(alone);
  }

 private:
  std::vector<std::unique_ptr<CompiledStep>> steps_;
  std::vector<bool> serial_;
};

}  // namespace ridge
