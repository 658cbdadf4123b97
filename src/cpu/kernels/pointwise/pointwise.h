// The vector interpreter of expressions: pointwise regions, and epilogues that the register tile does not
// know.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/cpu.h"
#include "cpu/kernels/pointwise/pointwise_kernels.h"
#include "ir/expr.h"

namespace ridge::cpu {

/// Element (row, column) lies at data[row * rowStride + column * columnStride]; 0 repeats an element.
struct PointwiseInput {
  const float* data = nullptr;
  int64_t rowStride = 0, columnStride = 0;
};
struct PointwiseOutput {
  float* data = nullptr;
  int64_t rowStride = 0, columnStride = 1;
};

/// A valid expression over float32 operands, decoded once. Gives the bits of evalElement at every instruction
/// set.
class PointwiseProgram {
 public:
  explicit PointwiseProgram(const Expr& expr, Isa isa = activeIsa());

  size_t inputs() const { return inputs_; }
  size_t outputs() const { return results_.size(); }
  /// Bytes of scratch of one thread, 64-byte aligned.
  size_t scratch() const { return slots_ * kTile * sizeof(float) + pointers_ * sizeof(float*); }

  /// Evaluates rows x columns elements. An output may be the same memory as an input if their strides agree.
  /// Allocates nothing.
  void run(int64_t rows, int64_t columns, const PointwiseInput* in, const PointwiseOutput* out,
           std::byte* scratch) const;

 private:
  static constexpr int64_t kTile = 256;  ///< elements of one slot
  struct Step {
    PointwiseStepFn run;
    uint16_t out, a, b, c;  ///< registers
  };
  struct Registers;
  struct Tile;

  void assignRegisters(const Expr& expr, Isa isa);
  void runTile(const Registers& registers, const Tile& tile, const PointwiseInput* in,
               const PointwiseOutput* out) const;

  size_t inputs_ = 0, slots_ = 0, pointers_ = 0;
  std::vector<float> constants_;
  std::vector<Step> steps_;
  std::vector<uint16_t> results_;  ///< register of each output
};

/// A program over arrays of up to 8 axes with any strides (0 on a broadcast axis), axes reordered and merged
/// for speed.
class PointwiseLoop {
 public:
  static constexpr size_t kMaxAxes = 8;

  /// inStrides[i] and outStrides[i] have one stride, in elements, for each of `dims`. More than 8 axes that
  /// cannot be merged are an assertion.
  PointwiseLoop(PointwiseProgram program, std::span<const int64_t> dims, std::span<const Dims> inStrides,
                std::span<const Dims> outStrides);

  size_t workspace(int parts) const { return partBytes_ * static_cast<size_t>(parts); }
  /// in[i] and out[i] are the addresses of element 0 of each array.
  void run(const float* const* in, float* const* out, std::byte* workspace, int part, int parts) const;

 private:
  struct Axis {
    int64_t extent;
    std::vector<int64_t> strides;  ///< inputs, then outputs
  };
  static bool mergeable(const Axis& outer, const Axis& inner);
  void runRows(const float* const* in, float* const* out, int64_t outer, int64_t firstRow, int64_t rows,
               int64_t firstColumn, int64_t columns, std::byte* scratch) const;

  PointwiseProgram program_;
  std::vector<Axis> axes_;  ///< outermost first; at least two: rows, columns
  size_t partBytes_ = 0, programBytes_ = 0;
};

}  // namespace ridge::cpu
