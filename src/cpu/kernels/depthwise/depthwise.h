// Channels-last depthwise convolution: every output channel sees one input channel.
#pragma once

#include "cpu/kernels/depthwise/depthwise_kernels.h"
#include "cpu/kernels/gemm/conv_gemm.h"

namespace ridge::cpu {

/// groups = inChannels; outChannels a multiple of it. Built once; `run` allocates nothing. Channels lie side
/// by side in input and output (channel stride 1). Epilogue as in ConvGemm; a hook gets all channels of some
/// pixels of a row.
class DepthwiseConv {
 public:
  DepthwiseConv(const ConvShape& shape, const ActivationStrides& in, const ActivationStrides& out,
                Isa isa = activeIsa());

  /// Weights are packed as [kernel positions][outChannels].
  int64_t packedFloats() const;
  void pack(const float* weights, float* packed) const;  ///< ONNX [outChannels][1][kernel...] dense
  size_t workspace(int parts) const { return partBytes_ * static_cast<size_t>(parts); }
  void run(const float* in, const float* packed, const GemmEpilogue& epilogue, float* out,
           std::byte* workspace, int part, int parts) const;

 private:
  friend class DepthwiseRun;
  ConvShape shape_;
  ActivationStrides in_, out_;
  const DepthwiseFamily* family_;
  int64_t taps_;           ///< kernel positions
  bool columnsTogether_;   ///< the family's tiles cover a whole kernel row, else single taps
  int64_t bandRows_;       ///< output rows whose input stays in L2
  int64_t blockChannels_;  ///< channels for which the kernel's rows of input stay in L1
  size_t partBytes_ = 0, pointersAt_ = 0, weightsAt_ = 0, sumsAt_ = 0;
};

}  // namespace ridge::cpu
