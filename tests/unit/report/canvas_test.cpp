#include "report/canvas.h"

#include <gmock/gmock.h>

#include <array>
#include <limits>
#include <set>

#include "report/font.h"

namespace ridge::report {
namespace {

constexpr Color kWhite{255, 255, 255}, kBlack{0, 0, 0};

/// Black that is there, in pixels.
double ink(const Canvas& canvas) {
  double sum = 0;
  for (const uint8_t part : canvas.pixels()) sum += 255 - part;
  return sum / (3 * 255);
}

TEST(Canvas, LinesCoverTheirArea) {
  Canvas straight(60, 40, kWhite), slanted(60, 40, kWhite);
  straight.line(std::array{Place{10, 20.5}, Place{50, 20.5}}, 1, kBlack);
  EXPECT_EQ(straight.at(30, 20), kBlack);
  EXPECT_EQ(straight.at(30, 22), kWhite);
  slanted.line(std::array{Place{10, 5}, Place{40, 35}}, 3, kBlack);
  EXPECT_NEAR(ink(slanted), 3 * 42.4, 12);  // and the round ends
}

TEST(Canvas, EdgesAreSmooth) {
  Canvas canvas(40, 40, kWhite);
  canvas.disc({20, 20}, 10, kBlack);
  EXPECT_NEAR(ink(canvas), 314.16, 2);
  std::set<int> shades;
  for (int x = 0; x < 40; ++x)
    for (int y = 0; y < 40; ++y) shades.insert(canvas.at(x, y).red);
  EXPECT_GE(shades.size(), 5u);
}

TEST(Canvas, CrossingLinesAreNotDarker) {
  Canvas canvas(40, 40, kWhite);
  canvas.line(std::array{Place{5, 20.5}, Place{35, 20.5}, Place{20.5, 5}, Place{20.5, 35}}, 3, kBlack, 0.5);
  EXPECT_EQ(canvas.at(20, 20), canvas.at(10, 20));
}

TEST(Canvas, WhatIsOutsideIsCutOff) {
  Canvas canvas(20, 20, kWhite);
  const double far = std::numeric_limits<double>::max(), none = std::numeric_limits<double>::quiet_NaN();
  canvas.line(std::array{Place{-50, 10.5}, Place{70, 10.5}}, 1, kBlack);
  canvas.disc({1e9, 5}, 10, kBlack);
  canvas.disc({none, none}, 10, kBlack);
  canvas.line(std::array{Place{-far, far}, Place{far, -far}}, 1, kWhite);
  canvas.circle({10, -1e12}, 5, 1, kBlack);
  EXPECT_NEAR(ink(canvas), 20, 0.5);
}

TEST(Font, EveryLetterDiffersAndStaysInItsCell) {
  std::set<std::string> seen;
  for (char letter = '!'; letter <= '~'; ++letter) {
    const std::vector<Stroke> strokes = strokesOf(letter);
    ASSERT_FALSE(strokes.empty()) << letter;
    std::string shape;
    for (const Stroke& stroke : strokes) {
      for (const GlyphPoint& point : stroke) {
        EXPECT_TRUE(point.x >= 0 && point.x <= 4 && point.y >= 0 && point.y <= 8) << letter;
        shape += std::to_string(point.x) + std::to_string(point.y);
      }
      shape += '|';
    }
    EXPECT_TRUE(seen.insert(shape).second) << letter << " looks like another letter";
  }
  EXPECT_TRUE(strokesOf(' ').empty());
  EXPECT_EQ(strokesOf('\xff').size(), strokesOf('?').size());
}

TEST(Font, TextHasItsWidth) {
  Canvas canvas(400, 40, kWhite);
  canvas.text({10, 30}, "HHHH", 12, kBlack);
  int last = 0;
  for (int x = 0; x < 400; ++x)
    for (int y = 0; y < 40; ++y)
      if (canvas.at(x, y) != kWhite) last = x;
  EXPECT_NEAR(last, 10 + textWidth("HHHH", 12), 2);
}

}  // namespace
}  // namespace ridge::report
