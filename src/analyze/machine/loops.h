// The loops that a measurement times: a body, and what it does in a repeat.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "analyze/machine/measured.h"
#include "analyze/machine/memory_block.h"
#include "analyze/machine/probes/probes.h"

namespace ridge::analyze {

struct MachineLoop {
  std::function<void(int64_t repeats)> body;
  double work = 0;                 ///< operations or bytes of one repeat, of all threads
  std::function<void()> before{};  ///< to be done before each stretch of runs, untimed; may be none
};

/// Calls part(p) for p in [0, threads), each in a thread of its own; one is the caller's.
void onThreads(int threads, const std::function<void(int)>& part);

/// Additions that follow each other; work: their number.
MachineLoop clockLoop();

/// What a probe computes; the pool has at least `threads`.
MachineLoop arithmeticLoop(const ArithmeticProbe& probe, int threads);

/// Reads, writes and copies of one block of memory, part by part of which each thread has touched first what
/// it will read. The pool has `threads` threads, and keeps them.
class MemoryLoops {
 public:
  /// Working sets as by workingSets().
  MemoryLoops(Isa isa, int threads, bool quick);

  const std::vector<WorkingSet>& sets() const { return sets_; }
  /// `threads` of them work, 1 or all; not to be called after this object's end.
  MachineLoop loop(const WorkingSet& set, Traffic traffic, int threads) const;

 private:
  void pass(Traffic traffic, uint32_t* words, int64_t count, int64_t passes) const;

  Isa isa_;
  int threads_;
  std::vector<WorkingSet> sets_;
  std::unique_ptr<MemoryBlock> memory_;  ///< none when there are no sets
};

}  // namespace ridge::analyze
