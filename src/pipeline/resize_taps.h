// Which input samples, with which weights, make one output sample along one axis. Private to this folder.
#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/geometry.h"

namespace ridge::pipeline {

/// For each of `size` outputs `taps` pairs of input index and integer weight; unused taps have weight 0.
struct AxisTaps {
  int size = 0, taps = 0;
  int bits = 0;  ///< of the weights' fraction
  std::vector<int32_t> index, weight;

  AxisTaps(int outputs, int tapsEach, int fractionBits)
      : size(outputs),
        taps(tapsEach),
        bits(fractionBits),
        index(static_cast<size_t>(outputs) * static_cast<size_t>(tapsEach)),
        weight(index.size()) {}
  size_t start(int output) const { return static_cast<size_t>(output) * static_cast<size_t>(taps); }
};

/// Pillow's: the filter's support grows with the scale when shrinking; weights sum to one before they are
/// rounded.
AxisTaps antialiasTaps(int in, int out, Filter filter);

/// OpenCV's 2, 4 or 8 samples around the half-pixel centre, indices clamped to the picture. Not for `area`.
AxisTaps sampleTaps(int in, int out, Filter filter);

/// OpenCV's `area` when both axes shrink: each input pixel counts by the share of it that the output pixel
/// covers.
AxisTaps coverageTaps(int in, int out);

/// OpenCV's `area` otherwise: two samples, mixed only where an output pixel straddles two input pixels.
AxisTaps straddleTaps(int in, int out);

/// floor((x + 0.5) * in / out), summed step by step as Pillow does.
std::vector<int32_t> nearestIndices(int in, int out);

}  // namespace ridge::pipeline
