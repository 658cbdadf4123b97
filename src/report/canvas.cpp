#include "report/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "report/font.h"

namespace ridge::report {
namespace {

double distanceToSegment(Place point, Place from, Place to) {
  const double dx = to.x - from.x, dy = to.y - from.y;
  const double length = dx * dx + dy * dy;
  const double along =
      length > 0 ? std::clamp(((point.x - from.x) * dx + (point.y - from.y) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(point.x - from.x - along * dx, point.y - from.y - along * dy);
}

}  // namespace

Canvas::Canvas(int width, int height, Color paper)
    : width_(width), height_(height), pixels_(static_cast<size_t>(width) * static_cast<size_t>(height) * 3) {
  for (size_t at = 0; at < pixels_.size(); at += 3) {
    pixels_[at] = paper.red;
    pixels_[at + 1] = paper.green;
    pixels_[at + 2] = paper.blue;
  }
}

Color Canvas::at(int x, int y) const {
  const size_t at = (static_cast<size_t>(y) * static_cast<size_t>(width_) + static_cast<size_t>(x)) * 3;
  return {pixels_[at], pixels_[at + 1], pixels_[at + 2]};
}

void Canvas::blend(int x, int y, Color color, double opacity) {
  const size_t at = (static_cast<size_t>(y) * static_cast<size_t>(width_) + static_cast<size_t>(x)) * 3;
  const std::array parts{color.red, color.green, color.blue};
  for (size_t part = 0; part < parts.size(); ++part) {
    const double mixed = pixels_[at + part] * (1 - opacity) + parts[part] * opacity;
    pixels_[at + part] = static_cast<uint8_t>(std::lround(mixed));
  }
}

/// Each pixel of a box by how far its middle is outside of (positive) or inside a shape.
template <class Distance>
void Canvas::cover(Place least, Place most, Color color, double opacity, const Distance& distance) {
  if (!(std::isfinite(least.x) && std::isfinite(least.y) && std::isfinite(most.x) && std::isfinite(most.y)))
    return;
  const int left = static_cast<int>(std::clamp(std::floor(least.x - 1), 0.0, static_cast<double>(width_)));
  const int top = static_cast<int>(std::clamp(std::floor(least.y - 1), 0.0, static_cast<double>(height_)));
  const int right = static_cast<int>(std::clamp(std::ceil(most.x + 1), 0.0, static_cast<double>(width_)));
  const int bottom = static_cast<int>(std::clamp(std::ceil(most.y + 1), 0.0, static_cast<double>(height_)));
  for (int y = top; y < bottom; ++y)
    for (int x = left; x < right; ++x) {
      const double covered = std::clamp(0.5 - distance(Place{x + 0.5, y + 0.5}), 0.0, 1.0);
      if (covered > 0) blend(x, y, color, covered * opacity);
    }
}

void Canvas::line(std::span<const Place> points, double width, Color color, double opacity) {
  if (points.empty()) return;
  Place least = points[0], most = points[0];
  for (const Place& point : points) {
    least = {std::min(least.x, point.x), std::min(least.y, point.y)};
    most = {std::max(most.x, point.x), std::max(most.y, point.y)};
  }
  least = {least.x - width, least.y - width};
  most = {most.x + width, most.y + width};
  cover(least, most, color, opacity, [&](Place pixel) {
    double nearest = distanceToSegment(pixel, points[0], points[0]);
    for (size_t at = 1; at < points.size(); ++at)
      nearest = std::min(nearest, distanceToSegment(pixel, points[at - 1], points[at]));
    return nearest - width / 2;
  });
}

void Canvas::dashedLine(Place from, Place to, double width, double dash, Color color) {
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  const auto between = [&](double along) {
    const double part = along / length;
    return Place{from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)};
  };
  for (double at = 0; at < length; at += 2 * dash)
    line(std::array{between(at), between(std::min(at + dash, length))}, width, color);
}

void Canvas::disc(Place centre, double radius, Color color, double opacity) {
  cover({centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius}, color, opacity,
        [&](Place pixel) { return std::hypot(pixel.x - centre.x, pixel.y - centre.y) - radius; });
}

void Canvas::circle(Place centre, double radius, double width, Color color) {
  const double reach = radius + width;
  cover({centre.x - reach, centre.y - reach}, {centre.x + reach, centre.y + reach}, color, 1,
        [&](Place pixel) {
          return std::abs(std::hypot(pixel.x - centre.x, pixel.y - centre.y) - radius) - width / 2;
        });
}

double textWidth(std::string_view text, double size) {
  if (text.empty()) return 0;
  return (static_cast<double>(text.size()) * kGlyphAdvance - kGlyphGap) * size / kCapitalHeight;
}

void Canvas::write(Place place, std::string_view text, double size, Color color, Anchor anchor, Turn turn) {
  const double unit = size / kCapitalHeight, pen = std::max(1.0, size * 0.14);
  double along = anchor == Anchor::left ? 0 : -textWidth(text, size) * (anchor == Anchor::middle ? 0.5 : 1);
  std::vector<Place> points;
  for (const char letter : text) {
    for (const Stroke& stroke : strokesOf(letter)) {
      points.clear();
      for (const GlyphPoint& point : stroke) {
        const double x = along + point.x * unit, y = (point.y - kCapitalHeight) * unit;
        points.push_back({place.x + x * turn.cos + y * turn.sin, place.y - x * turn.sin + y * turn.cos});
      }
      line(points, pen, color);
    }
    along += kGlyphAdvance * unit;
  }
}

void Canvas::text(Place place, std::string_view text, double size, Color color, Anchor anchor) {
  write(place, text, size, color, anchor, {1, 0});
}

void Canvas::textUpwards(Place place, std::string_view text, double size, Color color, Anchor anchor) {
  write(place, text, size, color, anchor, {0, 1});
}

}  // namespace ridge::report
