// Times for people: three digits that count, and one unit for all of a column or a line.
#pragma once

#include <string>
#include <string_view>

namespace ridge {

/// "0", "0.0123", "1.23", "123", "4567": three digits that count, at most nine decimals.
std::string threeFigures(double value);

/// Milliseconds, or microseconds where the largest of the times is below a millisecond.
class TimeUnit {
 public:
  explicit TimeUnit(double largestSeconds);

  std::string_view name() const { return perSecond_ == 1e3 ? "ms" : "us"; }
  /// The figure alone: "1.23".
  std::string of(double seconds) const { return threeFigures(seconds * perSecond_); }
  /// With its sign: "+1.23".
  std::string change(double seconds) const { return (seconds < 0 ? "" : "+") + of(seconds); }
  /// With the unit: "1.23 ms".
  std::string with(double seconds) const;

 private:
  double perSecond_;
};

}  // namespace ridge
