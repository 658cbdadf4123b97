// Letters as strokes of a pen on a grid: enough for the labels of a plot, at any size.
#pragma once

#include <vector>

namespace ridge::report {

/// Units of the grid. The base line is kCapitalHeight below the top of capitals.
inline constexpr double kCapitalHeight = 6, kGlyphAdvance = 5.8, kGlyphGap = 1.8;

struct GlyphPoint {
  int x = 0, y = 0;  ///< x to the right from 0 to 4, y down from 0 to 8
};
using Stroke = std::vector<GlyphPoint>;

/// The strokes of an ASCII character; those of '?' for all that is not printable.
std::vector<Stroke> strokesOf(char letter);

}  // namespace ridge::report
