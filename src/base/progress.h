// How far long work has come; what is shown of it is the program's business.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace ridge {

struct Progress {
  std::string_view phase;       ///< "tuning": valid during the call only
  int64_t done = 0, total = 0;  ///< total 0: not known
};

/// Called from the thread that does the work, possibly thousands of times a second. May be empty.
using ProgressSink = std::function<void(const Progress&)>;

/// One phase of known or unknown length; reports its start at once. The sink must outlive it.
class ProgressPhase {
 public:
  ProgressPhase(const ProgressSink& sink, std::string_view phase, int64_t total);

  void advance(int64_t steps = 1);
  int64_t done() const { return state_.done; }

 private:
  const ProgressSink& sink_;
  Progress state_;
};

}  // namespace ridge
