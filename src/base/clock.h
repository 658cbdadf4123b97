// The clock that durations are taken with: it only goes forward.
#pragma once

#include <chrono>
#include <cstdint>

namespace ridge {

using Clock = std::chrono::steady_clock;

inline double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Nanoseconds since a moment that stays the same while the machine runs.
inline int64_t steadyNs() {
  return std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
}

/// What reads a clock that only goes forward, in nanoseconds; tests have clocks of their own.
using ReadClock = int64_t (*)();

}  // namespace ridge
