// A loop whose rate is measured by many short runs.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analyze/machine/loops.h"
#include "analyze/machine/measured.h"
#include "base/clock.h"

namespace ridge::analyze {

/// Other programs interrupt runs, so they are short: some are left alone, and the best of them count.
class TimedLoop {
 public:
  explicit TimedLoop(MachineLoop loop, ReadClock clock = steadyNs) : loop_(std::move(loop)), clock_(clock) {}

  /// Runs for about so long, where others interrupt it up to three times that, in runs of about a millisecond
  /// (one repeat, if that takes longer), two at least in all. The first runs ever warm up and are not
  /// counted; how many repeats a run has follows from them.
  void runFor(double seconds);
  /// Work per second.
  Sample sample() const;

 private:
  void calibrate();
  double runOnce();

  MachineLoop loop_;
  ReadClock clock_;
  int64_t repeats_ = 0;
  std::vector<double> rates_;
};

/// Best and median; zeros when there is none.
Sample sampleOf(std::vector<double> rates);

}  // namespace ridge::analyze
