// From exact integer sums to bytes, as ONNX Runtime does it: in single precision.
#pragma once

#include <algorithm>
#include <cmath>

#include "ops/reference_support.h"

namespace ridge::ops {

class Requantizer {
 public:
  /// Of results of this type (int8 or uint8) with this zero point.
  Requantizer(DType type, double zero) : zero_(zero), low_(type == DType::i8 ? -128.0 : 0.0) {}

  /// saturate(rne(sum * multiplier) + zero point); NaN gives the lower bound.
  double operator()(double sum, float multiplier) const {
    const auto scaled = static_cast<double>(static_cast<float>(sum) * multiplier);
    const double raised = scaled > low_ - zero_ ? scaled : low_ - zero_;
    return zero_ + std::nearbyint(std::min(raised, low_ + 255.0 - zero_));
  }

 private:
  double zero_, low_;
};

}  // namespace ridge::ops
