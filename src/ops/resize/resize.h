// Resize: the attributes, what they mean for concrete shapes, and the taps of one axis. Every mode is
// separable.
#pragma once

#include <optional>
#include <span>

#include "ir/graph.h"
#include "ops/inline_vector.h"

namespace ridge::ops {

struct ResizeAttributes : AttributesOf<ResizeAttributes> {
  bool antialias = false;
  std::vector<int64_t> axes = {};  ///< of roi, scales and sizes; empty: all
  std::string transformation = "half_pixel";
  float cubicCoefficient = -0.75f;
  bool excludeOutside = false;
  float extrapolation = 0.0f;
  std::string policy = "stretch";
  std::string mode = "nearest";
  std::string nearestMode = "round_prefer_floor";

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("antialias", self.antialias);
    v("axes", self.axes);
    v("coordinate_transformation_mode", self.transformation);
    v("cubic_coeff_a", self.cubicCoefficient);
    v("exclude_outside", self.excludeOutside);
    v("extrapolation_value", self.extrapolation);
    v("keep_aspect_ratio_policy", self.policy);
    v("mode", self.mode);
    v("nearest_mode", self.nearestMode);
  }
};

enum class ResizeMode { nearest, linear, cubic };
/// Throws Error{input} for names that no opset has, also of the other attributes.
ResizeMode resizeModeOf(const ResizeAttributes& attrs);

/// One axis. `scale` is output / input, up to the rounding of the output's size.
struct ResizeAxis {
  int64_t input = 1, output = 1;
  double scale = 1.0;
  double roiStart = 0.0, roiEnd = 1.0;  ///< read by tf_crop_and_resize only
  bool kept = true;                     ///< every output is the input at its place
};
using ResizeAxes = InlineVector<ResizeAxis, 8>;

/// What the optional inputs hold; empty: absent.
struct ResizeRequest {
  std::span<const double> roi, scales;
  std::span<const int64_t> sizes;
};

/// One element per axis of `input`. Throws Error{input} when the request contradicts itself or the input.
ResizeAxes resolveResize(const ResizeAttributes& attrs, std::span<const int64_t> input,
                         const ResizeRequest& request);

/// Most elements of an axis that one output is made of, for an axis of these extents.
int64_t resizeTaps(const ResizeAttributes& attrs, int64_t input, int64_t output);

/// Output `o` is the sum of weights[t] * input element first + t for t < taps; all of them are inside.
/// `first` is -1 where the output is extrapolated.
struct ResizeTaps {
  int64_t taps = 1;           ///< as resizeTaps says
  std::span<int64_t> first;   ///< [output]
  std::span<double> weights;  ///< [output][taps]
};
/// Fills `taps`, whose spans are as long as the axis wants them.
void fillResizeTaps(const ResizeAttributes& attrs, const ResizeAxis& axis, const ResizeTaps& taps);

}  // namespace ridge::ops
