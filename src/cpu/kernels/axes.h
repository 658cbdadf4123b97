// Axes of strided loops: what the copy, reduce and softmax drivers share.
#pragma once

#include <array>
#include <cstdint>

namespace ridge::cpu {

/// Up to 8 axes, each with an extent and its strides (in elements) in an input and an output array.
struct Axes {
  static constexpr int kMax = 8;
  struct Axis {
    int64_t extent = 1, in = 0, out = 0;
  };

  int rank = 0;
  std::array<Axis, kMax> axis;

  /// Adds an inner axis; extent 1 is left out, one that continues the axis before it is merged with it. More
  /// than kMax are an assertion.
  void add(const Axis& inner);
  void remove(int index);
  int64_t elements() const;

  /// Offsets of element `index` of a row-major walk.
  struct Offsets {
    int64_t in = 0, out = 0;
  };
  Offsets at(int64_t index) const;
};

}  // namespace ridge::cpu
