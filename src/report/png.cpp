#include "report/png.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "report/canvas.h"
#include "report/plot_points.h"
#include "report/png_file.h"

namespace ridge::report {
namespace {

constexpr Color kPaper{255, 255, 255}, kInk{22, 32, 43}, kSoft{81, 96, 111}, kFaint{133, 147, 161};
constexpr Color kGrid{233, 237, 241}, kDecade{205, 213, 220};

/// Three digits, prefix and unit: "140 GFLOP/s".
std::string withUnit(double value, std::string_view unit) {
  constexpr std::string_view kPrefixes = " kMGTPE";
  size_t power = 0;
  while (value >= 999.5 && power + 1 < kPrefixes.size()) {
    value /= 1000;
    ++power;
  }
  return fmt::format("{:.3g} {}{}", value, power == 0 ? "" : std::string(1, kPrefixes[power]), unit);
}

/// A logarithmic axis: values to pixels.
struct Axis {
  double least = 1, most = 10;  ///< values at its ends
  double from = 0, to = 1;      ///< pixels of its ends
  double pixel(double value) const {
    return from +
           (std::log10(value) - std::log10(least)) / (std::log10(most) - std::log10(least)) * (to - from);
  }
};

class RooflinePicture {
 public:
  RooflinePicture(Plot plot, int width, int height)
      : plot_(std::move(plot)),
        canvas_(width, height, kPaper),
        scale_(std::clamp(std::min(width / 1200.0, height / 800.0), 0.4, 4.0)) {
    x_.from = size(132);
    x_.to = width - size(28);
    y_.from = height - size(112);
    y_.to = size(86);
    fitAxes();
  }

  Canvas draw() {
    heading();
    grid();
    // The roof that layers are held against is drawn over the others.
    for (size_t at = plot_.roofs.size(); at-- > 0;) roof(plot_.roofs[at], at == 0);
    for (const PlotPoint& point : plot_.points) draw(point);
    for (const PlotRoof& each : plot_.roofs) roofLabel(each, &each == plot_.roofs.data());
    legend();
    return std::move(canvas_);
  }

 private:
  double size(double pixels) const { return pixels * scale_; }

  /// All points, the ridges with some room, and the tops of all roofs; never under a decade.
  void fitAxes() {
    std::vector<double> x, y;
    for (const PlotPoint& point : plot_.points) {
      x.push_back(point.intensity);
      y.push_back(point.opsPerS);
    }
    for (const PlotRoof& each : plot_.roofs) {
      x.insert(x.end(), {each.ridgePoint() / 5, each.ridgePoint() * 8});
      y.insert(y.end(), {each.peakOpsPerS / 30, each.peakOpsPerS * 1.3});
    }
    const auto fit = [](Axis& axis, const std::vector<double>& values) {
      if (values.empty()) return;
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      axis.least = *least / 1.6;
      axis.most = std::max(*most * 1.6, axis.least * 20);
    };
    fit(x_, x);
    fit(y_, y);
  }

  void heading() {
    const size_t letters = static_cast<size_t>(canvas_.width() / size(13));
    const std::string title = plot_.title.empty() ? "Roofline" : "Roofline of " + escaped(plot_.title);
    canvas_.text({size(28), size(38)}, title.substr(0, letters), size(16), kInk);
    canvas_.text({size(28), size(62)}, escaped(plot_.subtitle).substr(0, letters), size(10), kSoft);
  }

  /// Lines at 1 to 9 of every decade; labels at every decade, or at fewer where they would touch.
  template <class Mark>
  static void eachTick(const Axis& axis, double room, const Mark& mark) {
    const int first = static_cast<int>(std::floor(std::log10(axis.least)));
    const int last = static_cast<int>(std::ceil(std::log10(axis.most)));
    const double decade = std::abs(axis.to - axis.from) / (std::log10(axis.most) - std::log10(axis.least));
    const int step = std::max(1, static_cast<int>(std::ceil(room / decade)));
    for (int exponent = first; exponent <= last; ++exponent)
      for (int digit = 1; digit < 10; ++digit) {
        const double value = digit * std::pow(10.0, exponent);
        if (value < axis.least || value > axis.most) continue;
        if (digit > 1 && decade < 40) continue;
        mark(value, digit == 1, digit == 1 && exponent % step == 0);
      }
  }

  void grid() {
    const double small = size(10);
    eachTick(x_, size(100), [&](double value, bool decade, bool labelled) {
      const double x = x_.pixel(value);
      canvas_.line(std::array{Place{x, y_.from}, Place{x, y_.to}}, 1, decade ? kDecade : kGrid);
      if (!labelled) return;
      const std::string label = withUnit(value, plot_.operation + "/B");
      const double last = canvas_.width() - textWidth(label, small) / 2 - 4;  // it must end in the picture
      canvas_.text({std::min(x, last), y_.from + size(20)}, label, small, kSoft, Anchor::middle);
    });
    eachTick(y_, size(24), [&](double value, bool decade, bool labelled) {
      const double y = y_.pixel(value);
      canvas_.line(std::array{Place{x_.from, y}, Place{x_.to, y}}, 1, decade ? kDecade : kGrid);
      if (labelled)
        canvas_.text({x_.from - size(8), y + small / 2}, withUnit(value, plot_.operation + "/s"), small,
                     kSoft, Anchor::right);
    });
    canvas_.text({(x_.from + x_.to) / 2, y_.from + size(44)}, "intensity: operations per byte", small, kSoft,
                 Anchor::middle);
    canvas_.textUpwards({size(20), (y_.from + y_.to) / 2}, "operations per second", small, kSoft,
                        Anchor::middle);
  }

  void roof(const PlotRoof& each, bool first) {
    const double ridge = each.ridgePoint();
    // The slope starts where it enters the picture.
    const double start = std::max(x_.least, y_.least / each.bandwidthBytesPerS);
    const Place from{x_.pixel(start), y_.pixel(each.at(start))};
    const Place bend{x_.pixel(ridge), y_.pixel(each.peakOpsPerS)}, to{x_.to, bend.y};
    if (first) {
      canvas_.line(std::array{from, bend, to}, size(2.4), kInk);
      canvas_.dashedLine({bend.x, bend.y + size(8)}, {bend.x, y_.from}, size(1.2), size(4), kFaint);
    } else {
      canvas_.dashedLine(from, bend, size(1.6), size(7), kFaint);
      canvas_.dashedLine(bend, to, size(1.6), size(7), kFaint);
    }
    canvas_.disc(bend, size(6), first ? kInk : kFaint);
    canvas_.disc(bend, size(3.4), kPaper);
  }

  void roofLabel(const PlotRoof& each, bool first) {
    const bool below = std::any_of(plot_.roofs.begin(), plot_.roofs.end(), [&](const PlotRoof& other) {
      return other.peakOpsPerS > each.peakOpsPerS;
    });
    const double y = y_.pixel(each.peakOpsPerS) + (below ? size(28) : -size(17));
    const std::string label =
        fmt::format("{}  {}, {}", escaped(each.name), withUnit(each.peakOpsPerS, plot_.operation + "/s"),
                    withUnit(each.bandwidthBytesPerS, "B/s"));
    canvas_.text({x_.to - size(8), y}, label, size(10), first ? kInk : kSoft, Anchor::right);
    if (first)
      canvas_.text({x_.pixel(each.ridgePoint()) + size(8), y_.from - size(10)},
                   "ridge point " + withUnit(each.ridgePoint(), plot_.operation + "/B"), size(10), kSoft);
  }

  void draw(const PlotPoint& point) {
    const Place place{x_.pixel(point.intensity), y_.pixel(point.opsPerS)};
    const double radius = size(4 + 26 * std::sqrt(std::clamp(point.share, 0.0, 1.0)));
    canvas_.disc(place, radius, point.family.color, 0.7);
    canvas_.circle(place, radius, size(1.2), point.family.color);
  }

  /// The families that are there, by their share of the time.
  void legend() {
    std::vector<std::pair<Family, double>> families;
    for (const PlotPoint& point : plot_.points) {
      const auto found = std::find_if(families.begin(), families.end(),
                                      [&](const auto& each) { return each.first.name == point.family.name; });
      if (found == families.end())
        families.emplace_back(point.family, point.share);
      else
        found->second += point.share;
    }
    std::sort(families.begin(), families.end(),
              [](const auto& a, const auto& b) { return a.second > b.second; });
    double x = x_.from, y = canvas_.height() - size(42);
    for (const auto& [family, share] : families) {
      const double width = textWidth(family.name, size(10)) + size(44);
      if (x + width > canvas_.width()) x = x_.from, y += size(22);
      canvas_.disc({x + size(6), y - size(5)}, size(6), family.color);
      canvas_.text({x + size(18), y}, family.name, size(10), kInk);
      x += width;
    }
  }

  Plot plot_;
  Canvas canvas_;
  double scale_;
  Axis x_, y_;
};

}  // namespace

std::vector<std::byte> renderRooflinePng(const nlohmann::json& document, int width, int height) {
  if (width < 320 || height < 240 || width > 8192 || height > 8192)
    failUsage(fmt::format("a plot of {} x {} pixels cannot be drawn", width, height), {},
              "give 320 x 240 to 8192 x 8192");
  return encodePng(RooflinePicture(plotOf(document), width, height).draw());
}

}  // namespace ridge::report
