#include "ops/conv/geometry.h"

#include <algorithm>

#include "base/error.h"

namespace ridge {
namespace {

// Far beyond any network, and products of two still fit an int64.
constexpr int64_t kMostExtent = 1LL << 30;

void requireExtents(const char* what, std::span<const int64_t> values, size_t count, int64_t least) {
  if (!values.empty() && values.size() != count)
    failInput(std::string(what) + " has " + std::to_string(values.size()) + " elements instead of " +
              std::to_string(count));
  for (int64_t value : values)
    if (value < least || value > kMostExtent)
      failInput(std::string(what) + " must not contain " + std::to_string(value));
}

void requireValid(const WindowAttributes& attrs, std::span<const int64_t> kernel) {
  const size_t axes = kernel.size();
  requireExtents("strides", attrs.strides, axes, 1);
  requireExtents("dilations", attrs.dilations, axes, 1);
  requireExtents("pads", attrs.pads, 2 * axes, 0);
  requireExtents("the kernel", kernel, axes, 1);
  const std::string& mode = attrs.autoPad;
  if (mode != "NOTSET" && mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER")
    failInput("auto_pad must not be " + mode);
}

// Everything but what depends on the input's size.
WindowAxis axisWithoutInput(const WindowAttributes& attrs, std::span<const int64_t> kernel, size_t at) {
  WindowAxis axis;
  axis.kernel = kernel[at];
  if (!attrs.strides.empty()) axis.stride = attrs.strides[at];
  if (!attrs.dilations.empty()) axis.dilation = attrs.dilations[at];
  if (attrs.autoPad == "NOTSET" && !attrs.pads.empty()) {
    axis.padBegin = attrs.pads[at];
    axis.padEnd = attrs.pads[at + kernel.size()];
  }
  return axis;
}

bool isSame(const WindowAttributes& attrs) {
  return attrs.autoPad.starts_with("SAME");
}

void padSame(const WindowAttributes& attrs, WindowAxis& axis) {
  axis.output = (axis.input + axis.stride - 1) / axis.stride;
  const int64_t total = std::max<int64_t>(0, (axis.output - 1) * axis.stride + axis.reach() - axis.input);
  axis.padBegin = attrs.autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
  axis.padEnd = total - axis.padBegin;
}

void countOutputs(WindowAxis& axis, bool ceilMode) {
  const int64_t room = axis.input + axis.padBegin + axis.padEnd - axis.reach();
  if (room < 0)
    failInput("a window of " + std::to_string(axis.reach()) +
              " elements is larger than the padded input of " + std::to_string(room + axis.reach()));
  axis.output = room / axis.stride + 1;
  // A window that ceil mode adds must still start inside the input or its leading padding.
  if (ceilMode && room % axis.stride != 0 && axis.output * axis.stride < axis.input + axis.padBegin)
    ++axis.output;
}

WindowAxis resolveAxis(const WindowAttributes& attrs, std::span<const int64_t> kernel, size_t at,
                       int64_t input, bool ceilMode) {
  WindowAxis axis = axisWithoutInput(attrs, kernel, at);
  axis.input = input;
  if (input < 0 || input > kMostExtent) failInput("a spatial dimension must not be " + std::to_string(input));
  if (isSame(attrs))
    padSame(attrs, axis);
  else
    countOutputs(axis, ceilMode);
  return axis;
}

}  // namespace

std::pair<int64_t, int64_t> WindowAxis::inside(int64_t o) const {
  const int64_t from = start(o);
  const int64_t first = from >= 0 ? 0 : (-from + dilation - 1) / dilation;
  const int64_t last = from >= input ? 0 : (input - from + dilation - 1) / dilation;
  return {std::min(first, kernel), std::max(std::min(first, kernel), std::min(last, kernel))};
}

WindowAxes resolveWindow(const WindowAttributes& attrs, std::span<const int64_t> kernel,
                         std::span<const int64_t> spatial, bool ceilMode) {
  check(kernel.size() == spatial.size(), "a window has as many axes as the input has spatial ones");
  requireValid(attrs, kernel);
  WindowAxes axes;
  for (size_t at = 0; at < kernel.size(); ++at)
    axes.push_back(resolveAxis(attrs, kernel, at, spatial[at], ceilMode));
  return axes;
}

WindowAxes withThreeAxes(const WindowAxes& axes) {
  check(axes.size() <= 3, "windows have at most three axes");
  WindowAxes three(3);
  std::copy(axes.begin(), axes.end(), three.end() - axes.size());
  return three;
}

std::vector<Dim> windowOutputs(const WindowAttributes& attrs, std::span<const int64_t> kernel,
                               std::span<const Dim> spatial, bool ceilMode) {
  check(kernel.size() == spatial.size(), "a window has as many axes as the input has spatial ones");
  requireValid(attrs, kernel);
  std::vector<Dim> outputs;
  for (size_t at = 0; at < kernel.size(); ++at) {
    if (spatial[at].isInteger()) {
      outputs.emplace_back(resolveAxis(attrs, kernel, at, spatial[at].value(), ceilMode).output);
      continue;
    }
    const WindowAxis axis = axisWithoutInput(attrs, kernel, at);
    const bool keeps = axis.stride == 1 && (isSame(attrs) || axis.padBegin + axis.padEnd + 1 == axis.reach());
    outputs.push_back(keeps ? spatial[at] : Dim());
  }
  return outputs;
}

}  // namespace ridge
