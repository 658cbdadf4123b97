#include "base/progress.h"

namespace ridge {

ProgressPhase::ProgressPhase(const ProgressSink& sink, std::string_view phase, int64_t total)
    : sink_(sink), state_{phase, 0, total} {
  if (sink_) sink_(state_);
}

void ProgressPhase::advance(int64_t steps) {
  state_.done += steps;
  if (sink_) sink_(state_);
}

}  // namespace ridge
