// Convolutions and matrix products of bytes: windows are gathered a few pixels at a time as 16-bit numbers
// less their zero point, so that padding is 0 and no term of a zero point is left.
#pragma once

#include <cstddef>

#include "cpu/kernels/gemm/conv_gemm.h"
#include "cpu/kernels/integer/integer_kernels.h"

namespace ridge::cpu {

/// What a run needs besides data and weights; by output channel where it is a pointer. Strides are those of
/// `residual`, an array like the output.
struct IntegerEpilogue {
  FinishRun finish = {};  ///< `sums`, `count`, `out` and the place of the residual are set by the run
  ActivationStrides residualStrides;
};

/// Built once; `run` allocates nothing and is called once for each part. Channels lie side by side in every
/// array.
class IntegerConv {
 public:
  IntegerConv(const ConvShape& shape, const ActivationStrides& in, const ActivationStrides& out,
              Isa isa = activeIsa());

  int64_t packedElements() const;  ///< int16
  /// `weights` are ONNX [outChannels][inChannels / groups][kernel...] dense; `zeros` one for each output, or
  /// null.
  void pack(const uint8_t* weights, const uint8_t* zeros, bool isSigned, int16_t* packed) const;

  size_t workspace() const;  ///< bytes for one part; 64-byte aligned
  void run(const ByteRun& in, const int16_t* packed, const IntegerEpilogue& epilogue, uint8_t* out,
           std::byte* workspace, int part, int parts) const;

 private:
  struct Scratch;
  struct Pixel {
    int64_t n;
    std::array<int64_t, 3> at;
  };
  bool isDepthwise() const { return groupInputs_ == 1 && groupOutputs_ == 1 && shape_.groups > 1; }
  Pixel pixelAt(int64_t number) const;
  /// Calls fn(tap, address of the input pixel or null) for every tap of the window.
  template <class Fn>
  void forTaps(const uint8_t* in, const Pixel& pixel, Fn&& fn) const;
  void gather(const ByteRun& in, int64_t firstPixel, int64_t pixels, int64_t group, int16_t* windows) const;
  void runDepthwise(const ByteRun& in, const int16_t* packed, const IntegerEpilogue& epilogue, uint8_t* out,
                    std::byte* workspace, int part, int parts) const;
  void finish(const IntegerEpilogue& epilogue, int64_t pixel, int64_t channel, int64_t count,
              const int32_t* sums, uint8_t* out) const;

  ConvShape shape_;
  ActivationStrides in_, out_;
  const IntegerKernels* kernels_;
  int64_t groupInputs_, groupOutputs_, taps_, pixels_;
  int64_t depth_;       ///< of a window of one group, a multiple of kIntegerDepth
  int64_t tilePixels_;  ///< windows that are gathered at a time
};

}  // namespace ridge::cpu
