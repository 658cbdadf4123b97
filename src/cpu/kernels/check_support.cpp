#include "cpu/kernels/check_support.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <random>

namespace ridge::cpu {

std::vector<float> randomFloats(int64_t count, uint32_t seed, float low, float high) {
  std::mt19937 generator(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values)
    value = low + (high - low) * (static_cast<float>(generator() >> 8) / 16777216.0f);
  return values;
}

std::string difference(std::string_view what, std::span<const float> got, std::span<const double> want,
                       double tolerance) {
  for (size_t i = 0; i < want.size(); ++i) {
    const double value = static_cast<double>(got[i]);
    if (value == want[i] || (std::isnan(value) && std::isnan(want[i]))) continue;
    if (!(std::fabs(value - want[i]) <= tolerance))
      return fmt::format("{}: element {} is {}, not {}", what, i, value, want[i]);
  }
  return {};
}

std::string bitDifference(std::string_view what, std::span<const float> got, std::span<const float> want) {
  for (size_t i = 0; i < want.size(); ++i) {
    if (std::isnan(got[i]) && std::isnan(want[i])) continue;
    const auto a = std::bit_cast<uint32_t>(got[i]), b = std::bit_cast<uint32_t>(want[i]);
    if (a != b)
      return fmt::format("{}: element {} is {} ({:08x}), not {} ({:08x})", what, i, got[i], a, want[i], b);
  }
  return {};
}

}  // namespace ridge::cpu
