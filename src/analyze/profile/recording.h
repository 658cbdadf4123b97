// Clock readings around every step of many executions, with executions that nobody watches in between.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "runtime/context.h"

namespace ridge::analyze {

/// One execution that was watched: two readings a step lie between its begin and its end, in nanoseconds.
struct WatchedRun {
  int64_t begin = 0, end = 0;
  std::vector<int64_t> stamps;  ///< begin and end of step 0, of step 1, ...
  bool disturbed = false;       ///< the system took a core away from this process meanwhile
};

struct PlainRun {
  int64_t begin = 0, end = 0;
  bool disturbed = false;
};

struct Recording {
  std::vector<PlainRun> plain;
  std::vector<WatchedRun> watched;
  double clockNs = 0;  ///< one reading of the clock
};

struct RecordOptions {
  double seconds = 2, warmupSeconds = 0.3;
  size_t fewestPairs = 5;  ///< however long they take
  /// So many pairs have to be undisturbed, or it goes on for up to `patience` times the seconds.
  size_t undisturbed = 5;
  double patience = 3;
  std::function<bool()> stopped = {};  ///< asked after every execution
  ReadClock clock = steadyNs;
};

/// Executions by turns, one plain and one watched. The context has no observer afterwards.
Recording record(ExecutionContext& context, const RecordOptions& options);

/// What one reading takes: the least of several series.
double clockCostNs(ReadClock clock);

}  // namespace ridge::analyze
