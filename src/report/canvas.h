// A picture to draw on: anti-aliased lines, discs and text.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ridge::report {

struct Color {
  uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Color&) const = default;
};

struct Place {
  double x = 0, y = 0;  ///< pixels from the top left corner; the middle of the first pixel is 0.5, 0.5
};

enum class Anchor : uint8_t { left, middle, right };

/// RGB, 8 bits each. What is drawn outside of it is cut off.
class Canvas {
 public:
  Canvas(int width, int height, Color paper);

  int width() const { return width_; }
  int height() const { return height_; }
  Color at(int x, int y) const;
  std::span<const uint8_t> pixels() const { return pixels_; }

  /// Joined segments with round ends. Where the line crosses itself it is not darker.
  void line(std::span<const Place> points, double width, Color color, double opacity = 1);
  /// Dashes and gaps of `dash` pixels.
  void dashedLine(Place from, Place to, double width, double dash, Color color);
  void disc(Place centre, double radius, Color color, double opacity = 1);
  void circle(Place centre, double radius, double width, Color color);
  /// ASCII; everything else becomes '?'. `size` is the height of capitals, `place` is on the base line.
  void text(Place place, std::string_view text, double size, Color color, Anchor anchor = Anchor::left);
  /// The same, upwards.
  void textUpwards(Place place, std::string_view text, double size, Color color, Anchor anchor);

 private:
  struct Turn {
    double cos = 1, sin = 0;
  };
  void write(Place place, std::string_view text, double size, Color color, Anchor anchor, Turn turn);
  void blend(int x, int y, Color color, double opacity);
  template <class Distance>
  void cover(Place least, Place most, Color color, double opacity, const Distance& distance);

  int width_, height_;
  std::vector<uint8_t> pixels_;
};

/// Pixels from the start of a text to its end.
double textWidth(std::string_view text, double size);

}  // namespace ridge::report
