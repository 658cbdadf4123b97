#include "base/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ridge {

std::string threeFigures(double value) {
  if (value == 0 || !std::isfinite(value)) return fmt::format("{:g}", value);
  // Rounding may add a digit: 9.996 is 10.0.
  const double size = std::abs(value) * (1 + 0.5e-2 * 1e-1);
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 9);
  return fmt::format("{:.{}f}", value, decimals);
}

TimeUnit::TimeUnit(double largestSeconds) : perSecond_(largestSeconds < 1e-3 ? 1e6 : 1e3) {}

std::string TimeUnit::with(double seconds) const {
  return fmt::format("{} {}", of(seconds), name());
}

}  // namespace ridge
