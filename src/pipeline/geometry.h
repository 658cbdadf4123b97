// Steps that move pixels: 8 bits in, 8 bits out, rounded after each.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "pipeline/picture.h"

namespace ridge::pipeline {

enum class Filter { nearest, bilinear, bicubic, area, lanczos };

/// How a resize samples. With antialias exactly Pillow's resampling: two passes, 8-bit intermediate,
/// fixed-point weights, the filter widened by the scale when shrinking. Without it OpenCV's: half-pixel
/// centres, borders replicated, 11-bit weights (`area` averages covered pixels). Nearest is the same for
/// both: floor((x + 0.5) * scale).
struct Sampling {
  Filter filter = Filter::bilinear;
  bool antialias = true;
  bool operator==(const Sampling&) const = default;
};

/// Sizes are [height, width] everywhere. Throws Error{input} when the result or its intermediate would be
/// enormous.
Picture resize(const Picture& picture, int height, int width, Sampling sampling);

/// Height and width after resize_shorter: the longer side is floor(long * size / short + 0.5).
std::pair<int, int> sizeWithShorterSide(int height, int width, int size);

enum class Align { center, topLeft };

struct Letterbox {
  int height = 0, width = 0;
  std::array<uint8_t, 3> fill{114, 114, 114};
  Align align = Align::center;
  bool enlarge = true;  ///< pictures smaller than the box are scaled up too
  bool operator==(const Letterbox&) const = default;
};

/// Keeps the aspect ratio; the other side is floor(side * scale + 0.5), the rest of the box is `fill`.
Picture letterbox(const Picture& picture, const Letterbox& box, Sampling sampling);

/// Starts at floor((size - crop) / 2). Throws Error{input} when the crop is larger than the picture.
Picture centerCrop(const Picture& picture, int height, int width);

struct Pad {
  int top = 0, left = 0, bottom = 0, right = 0;
  std::array<uint8_t, 3> fill{0, 0, 0};
  bool operator==(const Pad&) const = default;
};
Picture pad(const Picture& picture, const Pad& pad);

/// RGB to BGR and back. Throws Error{input} for a grey picture.
Picture swapRedBlue(Picture picture);

}  // namespace ridge::pipeline
