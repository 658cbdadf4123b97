// Products of matrices of bytes less their zero points, for ops/dot.h. The sums are exact.
#pragma once

#include "ops/dot.h"
#include "ops/infer.h"
#include "ops/matmul/matmul.h"

namespace ridge::ops {

/// Which element of a small parameter (zero point, scale) belongs to a row or column: there is one for all,
/// one for each, or one for each of every matrix.
class PerLine {
 public:
  PerLine() = default;  ///< nothing there: 0
  /// Throws Error{input} when the parameter fits neither. `view` may be absent.
  PerLine(const KernelContext& k, size_t input, int64_t lines, int64_t matrices);

  double operator()(int64_t matrix, int64_t line) const {
    return view_ ? loadNumber<double>(*view_, matrix * perMatrix_ + line * perLine_) : 0.0;
  }
  bool there() const { return view_ != nullptr; }

 private:
  const TensorView* view_ = nullptr;
  int64_t perMatrix_ = 0, perLine_ = 0;
};

class IntegerProducts {
 public:
  /// Numbers of the node's inputs.
  struct Inputs {
    size_t left, right, leftZero, rightZero;
  };
  IntegerProducts(const KernelContext& k, const Inputs& inputs);

  DotShape shape() const { return {geometry_.batches(), geometry_.rows, geometry_.columns, geometry_.depth}; }
  const MatMulGeometry& geometry() const { return geometry_; }
  /// A parameter of the rows of the left, or the columns of the right matrices.
  PerLine ofRows(const KernelContext& k, size_t input) const;
  PerLine ofColumns(const KernelContext& k, size_t input) const;
  /// Place of a result in the output.
  int64_t place(int64_t batch, int64_t row, int64_t column) const {
    return (batch * geometry_.rows + row) * geometry_.columns + column;
  }

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const;
  void right(int64_t batch, int64_t depth, int64_t column, int64_t count, double* out) const;

 private:
  const TensorView &left_, &right_;
  MatMulGeometry geometry_;
  PerLine leftZero_, rightZero_;
};

/// Inputs `data` and `zero` (may be absent) are bytes of one type.
void requireBytes(const InferContext& c, size_t data, size_t zero);

}  // namespace ridge::ops
