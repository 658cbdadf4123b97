// MatMul (numpy semantics) and Gemm.
#pragma once

#include "ir/graph.h"

namespace ridge {

/// Y = alpha * A' * B' + beta * C, where ' transposes a matrix if asked to; C broadcasts to Y.
struct GemmAttributes : AttributesOf<GemmAttributes> {
  float alpha = 1.0f, beta = 1.0f;
  bool transA = false, transB = false;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("alpha", self.alpha);
    v("beta", self.beta);
    v("transA", self.transA);
    v("transB", self.transB);
  }
};

/// A MatMul with static shapes. A vector on the left is a row, on the right a column, and its axis is missing
/// in the output.
struct MatMulGeometry {
  int64_t rows = 1, columns = 1, depth = 1;
  Dims batch;                  ///< broadcast leading dimensions
  Dims leftBatch, rightBatch;  ///< index of the matrix of each operand, for every batch in row-major order;
                               ///< empty when the result is
  Dims output;                 ///< dimensions of the result
};
/// Throws Error{input} for shapes that cannot be multiplied.
MatMulGeometry resolveMatMul(std::span<const int64_t> left, std::span<const int64_t> right);

}  // namespace ridge
