// MatMul (numpy semantics) and Gemm.
#pragma once

#include "ir/graph.h"
#include "ops/inline_vector.h"

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

/// Shape of a product. Throws Error{input} for shapes that cannot be multiplied.
Shape matMulShape(const Shape& left, const Shape& right);

/// Multiply-adds of the product that is output 0.
int64_t matMulMacs(const Node& node, const Graph& graph, size_t leftInput);

/// A MatMul with static shapes. A vector on the left is a row, on the right a column.
struct MatMulGeometry {
  using Axes = InlineVector<int64_t, 32>;

  int64_t rows = 1, columns = 1, depth = 1;
  Axes batch;                  ///< broadcast leading dimensions
  Axes leftSteps, rightSteps;  ///< matrices from one index of a batch axis to the next; 0: broadcast

  int64_t batches() const;
  /// Index of the operand's matrix for a batch, counted in row-major order.
  int64_t leftMatrix(int64_t at) const { return matrix(at, leftSteps); }
  int64_t rightMatrix(int64_t at) const { return matrix(at, rightSteps); }

 private:
  int64_t matrix(int64_t at, const Axes& steps) const;
};
/// Throws Error{input} for shapes that cannot be multiplied.
MatMulGeometry resolveMatMul(std::span<const int64_t> left, std::span<const int64_t> right);

}  // namespace ridge
