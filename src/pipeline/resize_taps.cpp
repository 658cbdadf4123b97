#include "pipeline/resize_taps.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace ridge::pipeline {
namespace {

/// Fractions of the weights: Pillow's, OpenCV's, and one fine enough for averages of many pixels.
constexpr int kAntialiasBits = 32 - 8 - 2, kSampleBits = 11, kCoverageBits = 16;

double box(double x) {
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

double triangle(double x) {
  return std::max(0.0, 1.0 - std::abs(x));
}

/// Keys' cubic convolution.
double cubic(double x, double a) {
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x, double lobes) {
  return -lobes <= x && x < lobes ? sinc(x) * sinc(x / lobes) : 0.0;
}

struct Kernel {
  double support;
  double (*weight)(double);
};

Kernel antialiasKernel(Filter filter) {
  switch (filter) {
    case Filter::area:
      return {0.5, box};
    case Filter::bilinear:
      return {1.0, triangle};
    case Filter::bicubic:
      return {2.0, [](double x) { return cubic(x, -0.5); }};
    case Filter::lanczos:
      return {3.0, [](double x) { return lanczos(x, 3.0); }};
    case Filter::nearest:
      break;
  }
  check(false, "nearest has no filter kernel");
  return {};
}

int32_t fixedPoint(double value, int bits) {
  return static_cast<int32_t>(std::copysign(0.5, value) + value * static_cast<double>(1 << bits));
}

/// Half the number of samples that OpenCV takes, and their weights by distance.
Kernel sampleKernel(Filter filter) {
  switch (filter) {
    case Filter::bilinear:
      return {1.0, triangle};
    case Filter::bicubic:
      return {2.0, [](double x) { return cubic(x, -0.75); }};
    case Filter::lanczos:
      return {4.0, [](double x) { return lanczos(x, 4.0); }};
    case Filter::area:
    case Filter::nearest:
      break;
  }
  check(false, "only bilinear, bicubic and lanczos sample without antialias");
  return {};
}

}  // namespace

AxisTaps antialiasTaps(int in, int out, Filter filter) {
  const Kernel kernel = antialiasKernel(filter);
  const double scale = static_cast<double>(in) / out;
  const double widening = std::max(scale, 1.0), narrowing = 1.0 / widening;
  const double support = kernel.support * widening;
  const int most = static_cast<int>(std::ceil(support)) * 2 + 1;
  AxisTaps taps(out, std::min(most, in), kAntialiasBits);
  std::vector<double> weights(static_cast<size_t>(most));
  for (int x = 0; x < out; ++x) {
    const double center = (x + 0.5) * scale;
    const int first = std::max(static_cast<int>(std::floor(center - support + 0.5)), 0);
    const int count = std::min(static_cast<int>(std::floor(center + support + 0.5)), in) - first;
    double sum = 0.0;
    for (int tap = 0; tap < count; ++tap)
      sum += weights[static_cast<size_t>(tap)] = kernel.weight((tap + first - center + 0.5) * narrowing);
    for (int tap = 0; tap < taps.taps; ++tap) {
      const size_t at = taps.start(x) + static_cast<size_t>(tap);
      taps.index[at] = std::min(first + tap, in - 1);
      if (tap >= count) continue;
      const double weight = weights[static_cast<size_t>(tap)];
      taps.weight[at] = fixedPoint(sum == 0.0 ? weight : weight / sum, kAntialiasBits);
    }
  }
  return taps;
}

AxisTaps sampleTaps(int in, int out, Filter filter) {
  const Kernel kernel = sampleKernel(filter);
  const int half = static_cast<int>(kernel.support);
  AxisTaps taps(out, 2 * half, kSampleBits);
  const double scale = static_cast<double>(in) / out;
  for (int x = 0; x < out; ++x) {
    const double center = (x + 0.5) * scale - 0.5;
    const int base = static_cast<int>(std::floor(center));
    double weights[8], sum = 0.0;
    for (int tap = 0; tap < taps.taps; ++tap)
      sum += weights[tap] = kernel.weight(base - half + 1 + tap - center);
    for (int tap = 0; tap < taps.taps; ++tap) {
      const size_t at = taps.start(x) + static_cast<size_t>(tap);
      taps.index[at] = std::clamp(base - half + 1 + tap, 0, in - 1);
      taps.weight[at] = fixedPoint(weights[tap] / sum, kSampleBits);
    }
  }
  return taps;
}

AxisTaps coverageTaps(int in, int out) {
  const double scale = static_cast<double>(in) / out;
  AxisTaps taps(out, std::min(static_cast<int>(std::ceil(scale)) + 1, in), kCoverageBits);
  for (int x = 0; x < out; ++x) {
    const double from = x * scale, to = std::min((x + 1) * scale, static_cast<double>(in));
    const int first = std::min(static_cast<int>(from), in - taps.taps);
    for (int tap = 0; tap < taps.taps; ++tap) {
      const double covered =
          std::min(to, first + tap + 1.0) - std::max(from, static_cast<double>(first + tap));
      const size_t at = taps.start(x) + static_cast<size_t>(tap);
      taps.index[at] = first + tap;
      taps.weight[at] = fixedPoint(std::max(covered, 0.0) / (to - from), kCoverageBits);
    }
  }
  return taps;
}

AxisTaps straddleTaps(int in, int out) {
  const double scale = static_cast<double>(in) / out, inverse = static_cast<double>(out) / in;
  AxisTaps taps(out, 2, kSampleBits);
  for (int x = 0; x < out; ++x) {
    const int base = std::min(static_cast<int>(x * scale), in - 1);
    const double past = (x + 1) - (base + 1) * inverse;
    const double share = past <= 0.0 ? 0.0 : past - std::floor(past);
    const size_t at = taps.start(x);
    taps.index[at] = base;
    taps.index[at + 1] = std::min(base + 1, in - 1);
    taps.weight[at] = fixedPoint(1.0 - share, kSampleBits);
    taps.weight[at + 1] = fixedPoint(share, kSampleBits);
  }
  return taps;
}

std::vector<int32_t> nearestIndices(int in, int out) {
  std::vector<int32_t> indices(static_cast<size_t>(out));
  const double scale = static_cast<double>(in) / out;
  double position = 0.5 * scale;
  for (int32_t& index : indices) {
    index = std::clamp(static_cast<int32_t>(position), 0, in - 1);
    position += scale;
  }
  return indices;
}

}  // namespace ridge::pipeline
