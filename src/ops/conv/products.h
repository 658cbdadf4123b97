// A convolution as matrix products, for ops/dot.h: per image and group, weights by the windows under all
// output pixels.
#pragma once

#include "ops/conv/conv.h"
#include "ops/dot.h"

namespace ridge {

class ConvProducts {
 public:
  ConvProducts(const ConvAttributes& attrs, const TensorView& input, const TensorView& weight);

  DotShape shape() const {
    return {geometry_.batch * geometry_.group, geometry_.groupOutputs, geometry_.outputPixels(), depth()};
  }
  /// Subtracted from elements of the input; padding stays 0.
  void subtract(double inputZero) { inputZero_ = inputZero; }

  /// Output channel of a row.
  int64_t channel(int64_t batch, int64_t row) const {
    return batch % geometry_.group * geometry_.groupOutputs + row;
  }
  /// Place of a result in the output.
  int64_t place(int64_t batch, int64_t row, int64_t column) const {
    return (batch * geometry_.groupOutputs + row) * geometry_.outputPixels() + column;
  }

  void left(int64_t batch, int64_t row, int64_t depthIndex, int64_t count, double* out) const {
    loadNumbers(weight_, channel(batch, row) * depth() + depthIndex, 1, count, out);
  }
  void right(int64_t batch, int64_t depthIndex, int64_t column, int64_t count, double* out) const;

 private:
  int64_t depth() const { return geometry_.groupInputs * geometry_.kernelElements(); }
  // `length` elements of an input line, from position `from` (may be outside) on, by the stride.
  void line(int64_t base, int64_t from, int64_t length, double* out) const;

  const TensorView &input_, &weight_;
  ConvGeometry geometry_;
  WindowAxes axis_;  // three
  double inputZero_ = 0.0;
};

}  // namespace ridge
