// Resampling. All filters are separable: one pass along rows, one along columns.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "pipeline/geometry.h"
#include "pipeline/resize_taps.h"

namespace ridge::pipeline {
namespace {

/// Of a result or an intermediate, and the longest side: beyond this a specification is a mistake or an
/// attack.
constexpr int64_t kMostSamples = int64_t{1} << 29, kLongestSide = 1'000'000;

void checkSize(int64_t height, int64_t width, int channels) {
  if (height > kLongestSide || width > kLongestSide || height > kMostSamples / channels / width)
    failInput(fmt::format("resizing makes {}x{} pixels (height x width), which is too many", height, width),
              {}, "check the picture's size and the pipeline's");
}

/// A sum with `bits` of fraction to the nearest sample.
struct Round {
  int bits;
  uint8_t operator()(int64_t sum) const {
    return static_cast<uint8_t>(std::clamp<int64_t>((sum + (int64_t{1} << (bits - 1))) >> bits, 0, 255));
  }
};

/// One pass along a row of interleaved 8-bit pixels (the sums fit 32 bits for every filter); `store` makes a
/// sum into an output sample.
template <class Out, class Store>
void alongRow(const uint8_t* in, int channels, const AxisTaps& taps, Out* out, Store store) {
  for (int x = 0; x < taps.size; ++x) {
    const int32_t* index = taps.index.data() + taps.start(x);
    const int32_t* weight = taps.weight.data() + taps.start(x);
    for (int channel = 0; channel < channels; ++channel) {
      int32_t sum = 0;
      for (int tap = 0; tap < taps.taps; ++tap) sum += weight[tap] * in[index[tap] * channels + channel];
      *out++ = store(sum);
    }
  }
}

/// One output row as the weighted sum of input rows, in the type of `sums` (one for each sample of a row).
template <class In, class Sum>
void alongColumns(const In* in, const AxisTaps& taps, int y, std::vector<Sum>& sums, uint8_t* out,
                  Round store) {
  std::fill(sums.begin(), sums.end(), Sum{0});
  for (int tap = 0; tap < taps.taps; ++tap) {
    const size_t at = taps.start(y) + static_cast<size_t>(tap);
    const Sum weight = taps.weight[at];
    if (weight == 0) continue;
    const In* row = in + static_cast<size_t>(taps.index[at]) * sums.size();
    for (size_t x = 0; x < sums.size(); ++x) sums[x] += weight * static_cast<Sum>(row[x]);
  }
  for (size_t x = 0; x < sums.size(); ++x) out[x] = store(sums[x]);
}

Picture antialiasedWidth(const Picture& picture, int width, Filter filter) {
  if (width == picture.width) return picture;
  Picture out(picture.height, width, picture.channels);
  const AxisTaps taps = antialiasTaps(picture.width, width, filter);
  for (int y = 0; y < picture.height; ++y)
    alongRow(picture.row(y), picture.channels, taps, out.row(y), Round{taps.bits});
  return out;
}

Picture antialiasedHeight(const Picture& picture, int height, Filter filter) {
  if (height == picture.height) return picture;
  Picture out(height, picture.width, picture.channels);
  const AxisTaps taps = antialiasTaps(picture.height, height, filter);
  std::vector<int32_t> sums(out.rowBytes());
  for (int y = 0; y < height; ++y)
    alongColumns(picture.pixels.data(), taps, y, sums, out.row(y), Round{taps.bits});
  return out;
}

/// Rounds to 8 bits after each pass. Rows come first, unless the height loses over twice as much as the
/// width: since version 13 Pillow saves work there, and the order shows in the last bit.
Picture resizeAntialiased(const Picture& picture, int height, int width, Filter filter) {
  const bool heightFirst =
      height < picture.height && picture.height - height > int64_t{2} * (picture.width - width);
  if (heightFirst) return antialiasedWidth(antialiasedHeight(picture, height, filter), width, filter);
  return antialiasedHeight(antialiasedWidth(picture, width, filter), height, filter);
}

/// Keeps all bits of the first pass: only the result is rounded.
Picture resizeSampled(const Picture& picture, const AxisTaps& tapsY, const AxisTaps& tapsX) {
  Picture out(tapsY.size, tapsX.size, picture.channels);
  std::vector<int32_t> across(static_cast<size_t>(picture.height) * out.rowBytes());
  for (int y = 0; y < picture.height; ++y)
    alongRow(picture.row(y), picture.channels, tapsX, across.data() + static_cast<size_t>(y) * out.rowBytes(),
             [](int32_t sum) { return sum; });
  std::vector<int64_t> sums(out.rowBytes());
  for (int y = 0; y < out.height; ++y)
    alongColumns(across.data(), tapsY, y, sums, out.row(y), Round{tapsY.bits + tapsX.bits});
  return out;
}

Picture resizeByArea(const Picture& picture, int height, int width) {
  const bool shrinks = height <= picture.height && width <= picture.width;
  const auto taps = shrinks ? coverageTaps : straddleTaps;
  return resizeSampled(picture, taps(picture.height, height), taps(picture.width, width));
}

Picture resizeNearest(const Picture& picture, int height, int width) {
  const std::vector<int32_t> rows = nearestIndices(picture.height, height);
  const std::vector<int32_t> columns = nearestIndices(picture.width, width);
  Picture out(height, width, picture.channels);
  const auto channels = static_cast<size_t>(picture.channels);
  uint8_t* to = out.pixels.data();
  for (int32_t row : rows)
    for (int32_t column : columns) {
      std::memcpy(to, picture.row(row) + static_cast<size_t>(column) * channels, channels);
      to += channels;
    }
  return out;
}

}  // namespace

Picture resize(const Picture& picture, int height, int width, Sampling sampling) {
  check(height > 0 && width > 0, "pictures are resized to at least one pixel");
  if (height == picture.height && width == picture.width) return picture;
  checkSize(picture.height, picture.width, picture.channels);
  checkSize(height, width, picture.channels);
  checkSize(picture.height, width, picture.channels);
  if (sampling.filter == Filter::nearest) return resizeNearest(picture, height, width);
  if (sampling.antialias) return resizeAntialiased(picture, height, width, sampling.filter);
  if (sampling.filter == Filter::area) return resizeByArea(picture, height, width);
  return resizeSampled(picture, sampleTaps(picture.height, height, sampling.filter),
                       sampleTaps(picture.width, width, sampling.filter));
}

}  // namespace ridge::pipeline
