// Epilogues of anchored regions in two tiers: what the register tile does itself, and everything else by the
// interpreter over finished blocks.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "cpu/kernels/pointwise/pointwise.h"
#include "plan/compiled_step.h"

namespace ridge::cpu {

/// Most operands, and most results, of an expression.
inline constexpr size_t kMaxExprArrays = 16;

/// acc (+ bias) (+ residual), then max with lo, then min with hi: the forms that a register tile stores
/// directly.
struct AffineEpilogue {
  int bias = -1;  ///< index into KernelSpec::in of an operand that varies along the channels only; -1: none
  int residual = -1;  ///< index into KernelSpec::in of an operand as large as the output; -1: none
  float lo = -std::numeric_limits<float>::infinity(), hi = std::numeric_limits<float>::infinity();
};
/// Nothing when the expression is something else. An empty expression is the plain accumulator.
std::optional<AffineEpilogue> asAffine(const Expr& epilogue, size_t channelAxis);
/// The same for a step; nothing when its residual is broadcast, or the expression is not valid.
std::optional<AffineEpilogue> affineEpilogueOf(const KernelSpec& spec, size_t channelAxis);

/// Scratch of one thread that a BlockEpilogue over this expression needs, with or without bias; 0 for affine
/// ones.
uint64_t epilogueScratch(const Expr& epilogue);

/// An epilogue over blocks of [pixels][channels] sums of a channels-last result. Bias is added first, if any.
class BlockEpilogue {
 public:
  /// Columns of a block run along `channelAxis` of the results, rows along all others, in logical order.
  /// Fails by failSpec.
  BlockEpilogue(const KernelSpec& spec, bool hasBias, size_t channelAxis);

  size_t scratch() const { return program_.scratch(); }

  /// Addresses of one execution.
  struct Bound {
    const BlockEpilogue* self;
    const Buffers* buffers;
    const float* bias;
    std::byte* scratch;  ///< of this thread
  };
  void run(const Bound& bound, int64_t row, int64_t rows, int64_t column, int64_t columns, const float* sums,
           int64_t pitch) const;

 private:
  struct Source {
    int input = -1;  // of the spec; -1: accumulator, -2: bias
    Dims strides;    // by axis of the result, 0 where broadcast
  };
  int64_t rowOffset(const Dims& strides, int64_t row) const;
  bool uniformRows(const Dims& strides) const;
  void runRows(const Bound& bound, int64_t row, int64_t rows, int64_t column, int64_t columns,
               const float* sums, int64_t pitch) const;

  Dims dims_;  // of the result
  size_t channelAxis_;
  std::vector<ArraySpec> in_, out_;
  std::vector<Source> operands_;
  std::vector<int> results_;  // output of the spec for each result of the program
  PointwiseProgram program_;
  bool uniform_ = true;
};

/// Strides of an operand by axis of a result with `dims`; 0 where it is broadcast. Fails by failSpec when it
/// does not fit.
Dims broadcastStrides(const ArraySpec& operand, const Dims& dims, const KernelSpec& spec);

/// The expression's operands and results name arrays that the spec has; else failSpec.
void checkExpression(const Expr& expr, const KernelSpec& spec);

}  // namespace ridge::cpu
