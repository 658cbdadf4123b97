// Matrix products of any batch and strides, on the tiles of the GEMM family.
#pragma once

#include <vector>

#include "cpu/kernels/gemm/conv_gemm.h"

namespace ridge::cpu {

/// out[batch][rows][columns] = a[batch][rows][depth] * b[batch][depth][columns].
struct MatMulShape {
  std::vector<int64_t> batch;  ///< broadcast extents, outermost first
  int64_t rows = 1, columns = 1, depth = 1;
  /// Strides in elements: one for each batch axis (0 where broadcast), then row, then column of the matrix.
  /// `residual` may be empty; its column stride is 1.
  std::vector<int64_t> a, b, out, residual;
};

/// Built once; `pack` and `run` allocate nothing. The epilogue is that of ConvGemm; its residualStrides are
/// ignored (they come from the shape) and the rows of a hook's blocks are numbered batch * rows + row.
class MatMul {
 public:
  /// Columns of the output must lie side by side.
  explicit MatMul(const MatMulShape& shape, Isa isa = activeIsa());

  /// Floats of all distinct right-hand matrices, packed.
  int64_t packedFloats() const;
  /// Packs b, in `parts` shares: a constant once and for all, else into the workspace of the caller before
  /// every run.
  void pack(const float* b, float* packed, int part, int parts) const;

  size_t workspace(int parts) const { return gemm_.workspace(parts); }
  void run(const float* a, const float* packed, const GemmEpilogue& epilogue, float* out,
           std::byte* workspace, int part, int parts) const;

 private:
  struct BatchAxis {
    int64_t extent, a, b, packed, out, residual;
  };
  static ConvGemm makeGemm(const MatMulShape& shape, std::vector<BatchAxis>& batch,
                           ActivationStrides& residual, Isa isa);
  BatchAxis offsets(int64_t index) const;

  std::vector<BatchAxis> batch_;  ///< axes that are walked one matrix at a time
  int64_t matrices_ = 1, distinct_ = 1;
  int64_t depthStride_, columnStride_;  ///< of b
  ActivationStrides residual_;
  ConvGemm gemm_;
};

}  // namespace ridge::cpu
