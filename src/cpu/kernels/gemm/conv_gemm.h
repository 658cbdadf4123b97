// Convolution and matrix product as tiles of the GEMM family, without im2col where the channels lie side by
// side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/cpu.h"
#include "cpu/kernels/gemm/gemm_kernels.h"
#include "cpu/kernels/gemm/panels.h"

namespace ridge::cpu {

/// Logical sizes; the three spatial axes are depth, height, width, those that are not there have extent 1.
struct ConvShape {
  int64_t batch = 1, groups = 1;
  int64_t inChannels = 1, outChannels = 1;  ///< of all groups
  std::array<int64_t, 3> in{1, 1, 1}, out{1, 1, 1}, kernel{1, 1, 1};
  std::array<int64_t, 3> stride{1, 1, 1}, dilation{1, 1, 1},
      padBegin{0, 0, 0};  ///< missing input at the end is zero
};

/// Strides in elements of an activation array.
struct ActivationStrides {
  int64_t batch = 0, channel = 1;
  std::array<int64_t, 3> space{0, 0, 0};

  /// Dense channels-last array of this extent.
  static ActivationStrides channelsLast(int64_t channels, const std::array<int64_t, 3>& extent);
  /// Dense plain (channels first) array.
  static ActivationStrides plain(int64_t channels, const std::array<int64_t, 3>& extent);
};

/// A finished block of sums for a caller with an epilogue of its own: rows are output pixels numbered
/// ((batch * depth + d) * height + h) * width + w, columns are output channels.
struct GemmBlock {
  int64_t row, rows, column, columns;
  float* sums;  ///< [rows][pitch]; the hook may use it as scratch
  int64_t pitch;
};
using GemmBlockFn = void (*)(void* context, const GemmBlock& block);

/// What happens to each sum: y = min(hi, max(lo, sum + bias + residual)), rounded after each addition. min
/// and max are those of ExprOp, so NaN passes. With a hook nothing of this is done and nothing is stored: the
/// hook stores.
struct GemmEpilogue {
  const float* bias = nullptr;      ///< by output channel
  const float* residual = nullptr;  ///< array like the output, may be the output itself
  ActivationStrides residualStrides;
  float lo = -std::numeric_limits<float>::infinity(), hi = std::numeric_limits<float>::infinity();
  GemmBlockFn hook = nullptr;  ///< called in the thread of the part that computed the block
  void* hookContext = nullptr;
  int64_t hookFirstRow = 0;  ///< added to the row numbers that the hook sees
};

/// A convolution with packed weights. Built once; `run` allocates nothing and is called once for each part.
/// The bits of a result depend neither on the number of parts nor on the strides.
class ConvGemm {
 public:
  /// Output channels must lie side by side (out.channel = 1). If the input's do too, its pixels are read in
  /// place, else strips of it are rearranged in the workspace.
  ConvGemm(const ConvShape& shape, const ActivationStrides& in, const ActivationStrides& out,
           Isa isa = activeIsa());

  /// Floats of the packed weights of all groups.
  int64_t packedFloats() const { return shape_.groups * panels_.floats(); }
  const PanelLayout& panels() const { return panels_; }
  /// `weights` are ONNX [outChannels][inChannels / groups][kernel...] dense.
  void pack(const float* weights, float* packed) const;
  /// Weights of any strides, one group after the other `groupStride` elements apart; sizes in `source` are
  /// set here.
  void pack(MatrixSource source, int64_t groupStride, float* packed) const;

  /// Bytes of workspace for `parts` parts; 64-byte aligned.
  size_t workspace(int parts) const { return partBytes_ * static_cast<size_t>(parts); }

  void run(const float* in, const float* packed, const GemmEpilogue& epilogue, float* out,
           std::byte* workspace, int part, int parts) const;

  int64_t rows() const { return rows_; }  ///< output pixels
  /// How many rows of A lie in one block, and K elements in one pass: for tests and listings.
  int64_t blockRows() const { return blockRows_; }
  int64_t blockDepth() const { return blockTaps_ * blockChannels_; }

 private:
  friend class ConvGemmRun;
  void chooseBlocks();
  void layOutWorkspace();

  ConvShape shape_;
  ActivationStrides in_, out_;
  const GemmKernels* kernels_;
  PanelLayout panels_;
  bool strips_;               ///< the input is rearranged
  bool merged_;               ///< strips: kernel columns are merged with channels into one K segment
  int64_t rows_;              ///< output pixels
  int64_t taps_, tapFloats_;  ///< K segments of a row and their length
  int64_t blockRows_, blockTaps_, blockChannels_;
  int64_t stripRows_ = 0, stripColumns_ = 0;  ///< strips: output rows and columns of one block
  int64_t stripFloats_ = 0;
  size_t partBytes_ = 0, pointersAt_ = 0, rowsAt_ = 0, sumsAt_ = 0, stripsAt_ = 0;
};

}  // namespace ridge::cpu
