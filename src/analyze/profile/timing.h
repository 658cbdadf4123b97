// What a recording says: the time of every step, of what lies between them, and what watching cost.
#pragma once

#include <vector>

#include "analyze/profile/recording.h"

namespace ridge::analyze {

/// Seconds. Medians of steps do not add up to an execution, since each leaves out what interrupted that step:
/// `usual` does. It is the mean of the middle half of the executions that count, by their length.
struct StepTime {
  double minimum = 0, median = 0, usual = 0;
};

/// Seconds. Of all times of steps and gaps the cost of one reading of the clock has been subtracted: that
/// much of two readings lies between them.
struct Timing {
  std::vector<StepTime> steps;
  std::vector<double> gaps;       ///< before every step, and after the last one; usual
  std::vector<double> latencies;  ///< of the plain executions that count, end to end
  double latency = 0;             ///< the usual one
  double overhead = 0;  ///< what watching took an execution: the fastest watched less the fastest plain one
  double clock = 0;     ///< one reading
  size_t runs = 0;      ///< pairs of executions
  size_t used = 0;      ///< of them
  bool undisturbed = false;  ///< those used are the fast half of all in which no core was taken away

  double regions() const;
  double between() const;
  /// What steps and gaps account for, as a part of the latency: near 1.
  double accounted() const { return latency > 0 ? (regions() + between()) / latency : 0; }
};

/// Pairs during which the system took a core away are left out, where at least five others remain; else all
/// count. Of these the fastest half is taken, the fastest quarter where cores were taken away; five at least.
Timing timingOf(const Recording& recording);

/// 0 of nothing.
double medianOf(std::vector<double> values);

}  // namespace ridge::analyze
