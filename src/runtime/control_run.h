// Runs the bodies of one step: If, Loop or Scan. Its memory is allocated once.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "runtime/executable.h"

namespace ridge {

class ExecutionContext;

class ControlRun {
 public:
  /// `step` and `bodies` live longer; checkControl has passed.
  ControlRun(const Step& step, std::span<const std::shared_ptr<const Executable>> bodies);
  ~ControlRun();

  void run(const Buffers& buffers);
  uint64_t activationBytes() const;

 private:
  void branch(const Buffers& buffers);
  void loop(const Buffers& buffers);
  int64_t mostIterations(const Buffers& buffers) const;
  void beginLoop(const Buffers& buffers);
  void bindIteration(const Buffers& buffers);
  void endIteration(const Buffers& buffers);
  void storeStates(const Buffers& buffers) const;

  /// A slice of the array at `place`: where it lies, if it is dense there.
  struct Slices {
    int64_t outer = 1;      ///< rows before the axis
    uint64_t rowBytes = 0;  ///< after the axis
    int64_t length = 0;     ///< of the axis
    bool backward = false;
    Tensor copy;  ///< of one slice; its rows lie apart

    uint64_t offset(int64_t iteration) const;
  };
  static Slices slicesOf(const ArraySpec& whole, const Slicing& slicing);

  std::byte* result(size_t at, const Buffers& buffers) const;

  const Step& step_;
  const Control& control_;
  std::vector<std::unique_ptr<ExecutionContext>> bodies_;
  std::vector<std::array<Tensor, 2>> states_;  ///< written by turns
  std::vector<const std::byte*> current_;      ///< of each state
  std::vector<Slices> scanned_, collected_;
  int64_t iteration_ = 0;
  uint8_t goes_ = 1;
};

}  // namespace ridge
