// Which thread ran which part of which step: what a trace is drawn from.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "runtime/context.h"

namespace ridge::analyze {

/// Nanoseconds of the steady clock.
struct PartSpan {
  int part = 0;
  int64_t begin = 0, end = 0;
};

/// Keeps what the pool tells: each thread writes into memory of its own that was allocated before. What no
/// longer fits is counted. To be read while no section runs.
class PartRecorder final : public PoolObserver {
 public:
  PartRecorder(int threads, size_t partsPerThread);
  void ran(int part, int thread, int64_t begin, int64_t end) noexcept override;

  const std::vector<PartSpan>& of(int thread) const { return rows_[static_cast<size_t>(thread)].spans; }
  int threads() const { return static_cast<int>(rows_.size()); }
  size_t lost() const;
  bool full() const;

 private:
  struct alignas(64) Row {
    std::vector<PartSpan> spans;  // never grows past its capacity
    size_t lost = 0;
  };
  std::vector<Row> rows_;
};

/// One box of the trace: an execution, a step of it, or a part of the step.
struct Span {
  enum class Kind : uint8_t { execution, step, part } kind = Kind::step;
  int thread = 0;
  size_t index = 0;  ///< of the execution, the step (of a part: the step that it belongs to)
  int part = -1;
  int64_t begin = 0, end = 0;  ///< nanoseconds from the first execution's begin
};

struct Spans {
  std::vector<Span> spans;  ///< of each thread well nested: whoever contains another comes before it
  int threads = 1;
  size_t lost = 0;  ///< parts that had no room any more
};

/// Executes so many times, watching steps and threads. The pool must be idle otherwise.
Spans recordSpans(ExecutionContext& context, size_t executions);

/// Puts parts into the steps during which they began; parts outside of all steps are dropped.
void addParts(const PartRecorder& parts, Spans& spans);

}  // namespace ridge::analyze
