// What scales, sizes, regions and the aspect policy mean for the axes of a Resize.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ir/shape.h"
#include "ops/resize/resize.h"

namespace ridge::ops {
namespace {

constexpr double kMostExtent = 1LL << 40;  // far beyond any memory, and doubles below it are exact

void requireOneOf(const char* what, const std::string& value, std::initializer_list<const char*> names) {
  const bool known = std::any_of(names.begin(), names.end(), [&](const char* name) { return value == name; });
  if (!known) failInput("there is no " + std::string(what) + " " + value);
}

void requireCount(const char* what, size_t count, size_t wanted) {
  if (count != wanted)
    failInput(std::string(what) + " has " + std::to_string(count) + " elements instead of " +
              std::to_string(wanted));
}

// The axes that roi, scales and sizes speak of.
InlineVector<size_t, 8> namedAxes(const ResizeAttributes& attrs, size_t rank) {
  InlineVector<size_t, 8> axes;
  if (attrs.axes.empty())
    for (size_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
  for (int64_t axis : attrs.axes) {
    const auto place = static_cast<size_t>(normalizeAxis(axis, static_cast<int64_t>(rank)));
    if (std::find(axes.begin(), axes.end(), place) != axes.end()) failInput("an axis is named twice");
    axes.push_back(place);
  }
  return axes;
}

int64_t extentOf(double extent) {
  if (!(extent >= 0 && extent < kMostExtent)) failInput("the output would be larger than any memory");
  return static_cast<int64_t>(extent);
}

void applySizes(const ResizeAttributes& attrs, std::span<const size_t> axes, std::span<const int64_t> sizes,
                ResizeAxes& all) {
  for (size_t at = 0; at < axes.size(); ++at) {
    ResizeAxis& axis = all[axes[at]];
    axis.output = extentOf(static_cast<double>(sizes[at]));
    if (axis.input == 0 && axis.output > 0) failInput("an empty axis cannot be resized to more");
    axis.scale = axis.input == 0 ? 1.0 : static_cast<double>(axis.output) / static_cast<double>(axis.input);
  }
  if (attrs.policy == "stretch" || axes.empty()) return;
  double scale = all[axes[0]].scale;
  for (size_t axis : axes)
    scale =
        attrs.policy == "not_larger" ? std::min(scale, all[axis].scale) : std::max(scale, all[axis].scale);
  for (size_t place : axes) {
    ResizeAxis& axis = all[place];
    axis.scale = scale;
    axis.output = extentOf(std::floor(scale * static_cast<double>(axis.input) + 0.5));
  }
}

void applyScales(std::span<const size_t> axes, std::span<const double> scales, ResizeAxes& all) {
  for (size_t at = 0; at < axes.size(); ++at) {
    if (!(scales[at] > 0.0 && scales[at] < kMostExtent)) failInput("a scale must be positive and finite");
    ResizeAxis& axis = all[axes[at]];
    axis.scale = scales[at];
    if (axis.scale == 1.0) continue;  // also where a float does not hold the size
    // In single precision, as the scales are: 0.7f * 10 is 7, not 6.99.
    axis.output = extentOf(
        std::floor(static_cast<double>(static_cast<float>(axis.scale) * static_cast<float>(axis.input))));
  }
}

void applyRegion(const ResizeAttributes& attrs, std::span<const size_t> axes, std::span<const double> roi,
                 ResizeAxes& all) {
  if (attrs.transformation != "tf_crop_and_resize") return;
  requireCount("roi", roi.size(), 2 * axes.size());
  for (size_t at = 0; at < axes.size(); ++at) {
    ResizeAxis& axis = all[axes[at]];
    axis.roiStart = roi[at];
    axis.roiEnd = roi[at + axes.size()];
    if (!std::isfinite(axis.roiStart) || !std::isfinite(axis.roiEnd)) failInput("the roi is not finite");
  }
}

}  // namespace

ResizeMode resizeModeOf(const ResizeAttributes& attrs) {
  requireOneOf("coordinate_transformation_mode", attrs.transformation,
               {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
                "tf_half_pixel_for_nn", "tf_crop_and_resize"});
  requireOneOf("nearest_mode", attrs.nearestMode,
               {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
  requireOneOf("keep_aspect_ratio_policy", attrs.policy, {"stretch", "not_larger", "not_smaller"});
  requireOneOf("resize mode", attrs.mode, {"nearest", "linear", "cubic"});
  return attrs.mode == "nearest"  ? ResizeMode::nearest
         : attrs.mode == "linear" ? ResizeMode::linear
                                  : ResizeMode::cubic;
}

ResizeAxes resolveResize(const ResizeAttributes& attrs, std::span<const int64_t> input,
                         const ResizeRequest& request) {
  if (request.scales.empty() == request.sizes.empty() && !input.empty())
    failInput("either scales or sizes must be given");
  ResizeAxes all(input.size());
  for (size_t axis = 0; axis < input.size(); ++axis) all[axis].input = all[axis].output = input[axis];
  const auto axes = namedAxes(attrs, input.size());
  const std::span<const size_t> named(axes.data(), axes.size());
  if (request.sizes.empty()) {
    requireCount("scales", request.scales.size(), axes.size());
    applyScales(named, request.scales, all);
  } else {
    requireCount("sizes", request.sizes.size(), axes.size());
    applySizes(attrs, named, request.sizes, all);
  }
  applyRegion(attrs, named, request.roi, all);
  for (ResizeAxis& axis : all)
    axis.kept = axis.scale == 1.0 && axis.output == axis.input && axis.roiStart == 0.0 && axis.roiEnd == 1.0;
  return all;
}

}  // namespace ridge::ops
