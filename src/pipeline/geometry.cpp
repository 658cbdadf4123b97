#include "pipeline/geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace ridge::pipeline {
namespace {

/// floor(side * numerator / denominator + 0.5), at least 1: exact, since everything is an integer.
int scaledSide(int64_t side, int64_t numerator, int64_t denominator) {
  const int64_t scaled = (2 * side * numerator + denominator) / (2 * denominator);
  return static_cast<int>(std::clamp<int64_t>(scaled, 1, INT32_MAX));
}

Picture filled(int height, int width, int channels, const std::array<uint8_t, 3>& fill) {
  Picture picture(height, width, channels);
  for (size_t at = 0; at < picture.pixels.size(); ++at)
    picture.pixels[at] = fill[at % static_cast<size_t>(channels)];
  return picture;
}

void place(const Picture& picture, int top, int left, Picture& onto) {
  for (int y = 0; y < picture.height; ++y)
    std::memcpy(onto.row(top + y) + static_cast<size_t>(left) * static_cast<size_t>(picture.channels),
                picture.row(y), picture.rowBytes());
}

}  // namespace

std::pair<int, int> sizeWithShorterSide(int height, int width, int size) {
  if (height <= width) return {size, scaledSide(width, size, height)};
  return {scaledSide(height, size, width), size};
}

Picture letterbox(const Picture& picture, const Letterbox& box, Sampling sampling) {
  const bool fits = picture.height <= box.height && picture.width <= box.width;
  int height = picture.height, width = picture.width;
  if (!fits || box.enlarge) {
    const bool heightLimits = int64_t{box.height} * picture.width <= int64_t{box.width} * picture.height;
    height = heightLimits ? box.height : scaledSide(picture.height, box.width, picture.width);
    width = heightLimits ? scaledSide(picture.width, box.height, picture.height) : box.width;
  }
  Picture out = filled(box.height, box.width, picture.channels, box.fill);
  const bool center = box.align == Align::center;
  place(resize(picture, height, width, sampling), center ? (box.height - height) / 2 : 0,
        center ? (box.width - width) / 2 : 0, out);
  return out;
}

Picture centerCrop(const Picture& picture, int height, int width) {
  if (height > picture.height || width > picture.width)
    failInput(fmt::format("the crop of {}x{} is larger than the picture of {}x{} (height x width)", height,
                          width, picture.height, picture.width),
              {}, "resize before the crop, or pad");
  Picture out(height, width, picture.channels);
  const int top = (picture.height - height) / 2, left = (picture.width - width) / 2;
  for (int y = 0; y < height; ++y)
    std::memcpy(out.row(y),
                picture.row(top + y) + static_cast<size_t>(left) * static_cast<size_t>(picture.channels),
                out.rowBytes());
  return out;
}

Picture pad(const Picture& picture, const Pad& pad) {
  Picture out = filled(picture.height + pad.top + pad.bottom, picture.width + pad.left + pad.right,
                       picture.channels, pad.fill);
  place(picture, pad.top, pad.left, out);
  return out;
}

Picture swapRedBlue(Picture picture) {
  if (picture.channels != 3) failInput("a grey picture has no red and blue to swap");
  for (size_t at = 0; at < picture.pixels.size(); at += 3)
    std::swap(picture.pixels[at], picture.pixels[at + 2]);
  return picture;
}

}  // namespace ridge::pipeline
