// Hardware counters of every step, of all threads, through Linux perf events.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "runtime/context.h"

namespace ridge::analyze {

enum class Counter : uint8_t { cycles, instructions, cacheMisses };
inline constexpr std::array kCounters{Counter::cycles, Counter::instructions, Counter::cacheMisses};
/// "cache_misses"
std::string_view name(Counter counter);

using Counts = std::array<double, kCounters.size()>;

struct StepCounts {
  std::vector<Counts> steps;  ///< medians by step; empty when nothing can be counted
  std::array<bool, kCounters.size()> known{};
  size_t runs = 0;
  std::string note;  ///< why some or all are missing: one sentence, "" when all are there
};

/// Opens a counter of one thread, beside those of `group` (-1: it leads a group): a descriptor, or -errno.
using OpenCounter = std::function<int(Counter, int thread, int group)>;
int openPerfCounter(Counter counter, int thread, int group);

/// Executes for a while and counts, in the threads that the process has now. Never fails: what the system
/// does not allow is in the note.
StepCounts countSteps(ExecutionContext& context, double seconds, const OpenCounter& open = openPerfCounter);

/// Why perf_event_open failed with this errno, for people; `paranoid` is kernel.perf_event_paranoid, as text.
std::string whyNoCounters(int error, std::string_view paranoid);

}  // namespace ridge::analyze
