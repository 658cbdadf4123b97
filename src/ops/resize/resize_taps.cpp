// Where an output element lies in the input, and the weights of the elements around that place.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/resize/resize.h"

namespace ridge::ops {
namespace {

// Place of output `o` on the input's axis. T is float where a rounding decides (nearest): there the peers'
// single precision is the meaning of the op.
template <class T>
T placeOf(const std::string& mode, const ResizeAxis& axis, T o) {
  const T input = static_cast<T>(axis.input), scale = static_cast<T>(axis.scale), half = T{0.5};
  const T resized = static_cast<T>(axis.scale * static_cast<double>(axis.input));  // not yet rounded down
  if (mode == "half_pixel") return (o + half) / scale - half;
  if (mode == "asymmetric") return o / scale;
  if (mode == "pytorch_half_pixel") return axis.output > 1 ? (o + half) / scale - half : T{0};
  if (mode == "tf_half_pixel_for_nn") return (o + half) / scale;
  if (mode == "align_corners")
    return axis.output == 1 || resized == T{1} ? T{0} : o * (input - 1) / (resized - 1);
  if (mode == "half_pixel_symmetric")
    return input / 2 * (1 - static_cast<T>(axis.output) / resized) + (o + half) / scale - half;
  const T start = static_cast<T>(axis.roiStart), end = static_cast<T>(axis.roiEnd);
  if (axis.output <= 1) return half * (start + end) * (input - 1);
  return start * (input - 1) + o * (end - start) * (input - 1) / static_cast<T>(axis.output - 1);
}

template <class T>
bool isExtrapolated(const ResizeAttributes& attrs, const ResizeAxis& axis, T place) {
  return attrs.transformation == "tf_crop_and_resize" &&
         (place < 0 || place > static_cast<T>(axis.input - 1));
}

int64_t nearestOf(const std::string& mode, float place, int64_t input) {
  float whole = 0;
  if (mode == "floor")
    whole = std::floor(place);
  else if (mode == "ceil")
    whole = std::ceil(place);
  else if (mode == "round_prefer_ceil")
    whole = std::floor(place + 0.5f);
  else
    whole = std::ceil(place - 0.5f);
  return static_cast<int64_t>(std::clamp(static_cast<double>(whole), 0.0, static_cast<double>(input - 1)));
}

double triangle(double distance) {
  return std::max(0.0, 1.0 - std::fabs(distance));
}

double cubic(double distance, double a) {
  const double x = std::fabs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0.0;
}

// The window of a filter: half its width, and how much distances shrink where antialiasing widens it.
struct Filter {
  double radius = 1, shrink = 1;
};

Filter filterOf(const ResizeAttributes& attrs, double scale) {
  Filter filter{attrs.mode == "cubic" ? 2.0 : 1.0, 1.0};
  if (attrs.antialias && scale < 1.0) filter.shrink = scale;
  filter.radius /= filter.shrink;
  return filter;
}

void fillWindow(const ResizeAttributes& attrs, const ResizeAxis& axis, double place, int64_t& first,
                std::span<double> weights) {
  const Filter filter = filterOf(attrs, axis.scale);
  const double last = static_cast<double>(axis.input - 1);
  // A place beyond the window's reach sees the edge only, wherever it is.
  place = std::clamp(place, -filter.radius - 1, last + filter.radius + 1);
  const auto low = static_cast<int64_t>(std::floor(place - filter.radius)) + 1;
  const auto high = static_cast<int64_t>(std::ceil(place + filter.radius)) - 1;
  const auto taps = static_cast<int64_t>(weights.size());
  first = std::clamp<int64_t>(low, 0, axis.input - taps);
  std::fill(weights.begin(), weights.end(), 0.0);
  const auto a = static_cast<double>(attrs.cubicCoefficient);
  double sum = 0;
  for (int64_t at = low; at <= high; ++at) {
    const int64_t inside = std::clamp<int64_t>(at, 0, axis.input - 1);
    if (attrs.excludeOutside && inside != at) continue;
    const double distance = (static_cast<double>(at) - place) * filter.shrink;
    const double weight = attrs.mode == "cubic" ? cubic(distance, a) : triangle(distance);
    weights[static_cast<size_t>(inside - first)] += weight;
    sum += weight;
  }
  const bool normal = attrs.excludeOutside || filter.shrink < 1.0;
  if (normal && sum != 0.0)
    for (double& weight : weights) weight /= sum;
}

}  // namespace

int64_t resizeTaps(const ResizeAttributes& attrs, int64_t input, int64_t output) {
  if (attrs.mode == "nearest") return 1;
  const double radius = attrs.mode == "cubic" ? 2.0 : 1.0;
  double taps = 2 * radius;
  // A scale is hardly smaller than output / input; half of it where a policy rounds to the nearest size.
  if (attrs.antialias && output > 0) {
    const double shrunk = static_cast<double>(input) / static_cast<double>(output);
    taps += 1 + std::ceil(2 * radius * std::max(1.0, attrs.policy == "stretch" ? shrunk : 2 * shrunk));
  }
  return std::max<int64_t>(1, static_cast<int64_t>(std::min(taps, static_cast<double>(input))));
}

void fillResizeTaps(const ResizeAttributes& attrs, const ResizeAxis& axis, const ResizeTaps& taps) {
  const auto perOutput = static_cast<size_t>(taps.taps);
  for (size_t o = 0; o < taps.first.size(); ++o) {
    const std::span<double> weights = taps.weights.subspan(o * perOutput, perOutput);
    int64_t& first = taps.first[o];
    if (axis.kept) {
      first = std::min(static_cast<int64_t>(o), axis.input - taps.taps);
      std::fill(weights.begin(), weights.end(), 0.0);
      weights[o - static_cast<size_t>(first)] = 1.0;
    } else if (attrs.mode == "nearest") {
      const float place = placeOf(attrs.transformation, axis, static_cast<float>(o));
      first = isExtrapolated(attrs, axis, place) ? -1 : nearestOf(attrs.nearestMode, place, axis.input);
      weights[0] = 1.0;
    } else {
      const double place = placeOf(attrs.transformation, axis, static_cast<double>(o));
      if (isExtrapolated(attrs, axis, place))
        first = -1;
      else
        fillWindow(attrs, axis, place, first, weights);
    }
  }
}

}  // namespace ridge::ops
