// What a recording says: the time of every step, of what lies between them, and what watching cost.
#pragma once

#include <vector>

#include "analyze/profile/recording.h"

namespace ridge::analyze {

struct StepTime {
  double minimum = 0, median = 0;  ///< seconds
};

/// Seconds. Of all times of steps and gaps the cost of one reading of the clock has been subtracted: that
/// much of two readings lies between them.
struct Timing {
  std::vector<StepTime> steps;
  std::vector<double> gaps;       ///< before every step, and after the last one
  std::vector<double> latencies;  ///< of plain executions, end to end
  double latency = 0;             ///< their median
  double overhead = 0;  ///< what watching took an execution: the fastest watched less the fastest plain one
  double clock = 0;     ///< one reading
  size_t runs = 0;      ///< pairs of executions
  size_t usedPlain = 0, usedWatched = 0;
  bool undisturbed = false;  ///< those used are all in which no core was taken away; else the fastest quarter

  double regions() const;
  double between() const;
  /// What steps and gaps account for, as a part of the latency: near 1.
  double accounted() const { return latency > 0 ? (regions() + between()) / latency : 0; }
};

/// Executions in which the system took a core away are left out, where at least five of both kinds remain.
/// Else, from the plain and the watched ones alike, the fastest quarter is taken.
Timing timingOf(const Recording& recording);

/// 0 of nothing.
double medianOf(std::vector<double> values);

}  // namespace ridge::analyze
