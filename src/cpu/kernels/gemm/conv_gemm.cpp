#include "cpu/kernels/gemm/conv_gemm.h"

#include <algorithm>

#include "base/error.h"
#include "cpu/kernels/gemm/conv_gemm_run.h"

namespace ridge::cpu {
namespace {

int64_t product(const std::array<int64_t, 3>& a) {
  return a[0] * a[1] * a[2];
}
int64_t ceilDiv(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}
size_t alignUp(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

/// Input elements along one axis that `outputs` output elements see.
int64_t span(const ConvShape& shape, size_t axis, int64_t outputs) {
  return (outputs - 1) * shape.stride[axis] + (shape.kernel[axis] - 1) * shape.dilation[axis] + 1;
}

}  // namespace

ActivationStrides ActivationStrides::channelsLast(int64_t channels, const std::array<int64_t, 3>& extent) {
  const int64_t row = extent[2] * channels;
  return {extent[0] * extent[1] * row, 1, {extent[1] * row, row, channels}};
}

ActivationStrides ActivationStrides::plain(int64_t channels, const std::array<int64_t, 3>& extent) {
  const int64_t plane = extent[1] * extent[2];
  return {channels * extent[0] * plane, extent[0] * plane, {plane, extent[2], 1}};
}

ConvGemm::ConvGemm(const ConvShape& shape, const ActivationStrides& in, const ActivationStrides& out, Isa isa)
    : shape_(shape), in_(in), out_(out), kernels_(&gemmKernels(isa)) {
  check(shape.groups > 0 && shape.inChannels % shape.groups == 0 && shape.outChannels % shape.groups == 0,
        "the groups of a convolution divide its channels");
  check(out.channel == 1 || shape.outChannels == 1, "a GEMM convolution writes channels side by side");
  const int64_t groupChannels = shape.inChannels / shape.groups;
  strips_ = in.channel != 1 && groupChannels != 1;
  if (in.channel != 1 && shape.groups > 1) strips_ = true;
  // A few channels make short K segments; rearranged strips make one segment of a whole row of the kernel.
  if (shape.groups == 1 && groupChannels < 8 && shape.kernel[2] > 1) strips_ = true;
  merged_ = strips_ && shape.groups == 1 && shape.dilation[2] == 1;
  rows_ = shape.batch * product(shape.out);
  taps_ = merged_ ? shape.kernel[0] * shape.kernel[1] : product(shape.kernel);
  tapFloats_ = merged_ ? shape.kernel[2] * groupChannels : groupChannels;
  panels_ = PanelLayout::choose(isa, product(shape.kernel) * groupChannels, shape.outChannels / shape.groups);
  chooseBlocks();
  layOutWorkspace();
}

void ConvGemm::chooseBlocks() {
  const CpuInfo& cpu = cpuInfo();
  // K: a panel's block stays in L1 while all tiles of the row block pass over it.
  const int64_t depth = std::max<int64_t>(32, cpu.l1Bytes * 3 / 4 / (4 * panels_.width()));
  if (panels_.k <= depth * 3 / 2) {
    blockTaps_ = taps_;
    blockChannels_ = tapFloats_;
  } else if (tapFloats_ <= depth) {
    blockTaps_ = ceilDiv(taps_, ceilDiv(taps_, depth / tapFloats_));
    blockChannels_ = tapFloats_;
  } else {
    blockTaps_ = 1;
    blockChannels_ = ceilDiv(tapFloats_, ceilDiv(tapFloats_, depth));
  }
  // Rows: enough to use a block of B many times, few enough that their inputs stay in L2.
  const int64_t tile = kernels_->maxRows[panels_.vectors];
  const int64_t inputFloats = shape_.inChannels * std::min<int64_t>(panels_.k / tapFloats_, 4);
  const int64_t fitting = cpu.l2Bytes / 2 / (4 * std::max<int64_t>(1, inputFloats));
  blockRows_ = std::min(rows_, std::clamp<int64_t>(fitting / tile * tile, 4 * tile, 20 * tile));
  if (!strips_) return;

  const int64_t width = shape_.out[2];
  stripColumns_ = std::min<int64_t>(width, std::max<int64_t>(blockRows_, 1));
  stripRows_ = stripColumns_ < width ? 1 : std::clamp<int64_t>(4 * 20 * tile / width, 1, shape_.out[1]);
  const auto floats = [&] {
    return span(shape_, 0, 1) * span(shape_, 1, stripRows_) * span(shape_, 2, stripColumns_) *
           shape_.inChannels;
  };
  while (stripRows_ > 1 && floats() * 4 > cpu.l2Bytes / 4) --stripRows_;
  stripFloats_ = floats();
  blockRows_ = stripRows_ * stripColumns_;
}

void ConvGemm::layOutWorkspace() {
  const auto count = [](int64_t n) { return static_cast<size_t>(n); };
  size_t at = alignUp(count(shape_.inChannels) * sizeof(float));  // the row of zeros comes first
  pointersAt_ = at, at += alignUp(count(blockRows_ * taps_) * sizeof(float*));
  rowsAt_ = at, at += 2 * alignUp(count(blockRows_) * sizeof(float*));
  sumsAt_ = at, at += alignUp(count(blockRows_ * panels_.width()) * sizeof(float));
  stripsAt_ = at, at += alignUp(count(stripFloats_) * sizeof(float));
  partBytes_ = at;
}

void ConvGemm::pack(const float* weights, float* packed) const {
  const int64_t perColumn = panels_.k, kernelFloats = product(shape_.kernel);
  MatrixSource source{.data = weights, .channelStride = kernelFloats, .columnStride = perColumn};
  source.kernelStride[0] = shape_.kernel[1] * shape_.kernel[2];
  source.kernelStride[1] = shape_.kernel[2];
  source.kernelStride[2] = 1;
  pack(source, perColumn * panels_.n, packed);
}

void ConvGemm::pack(MatrixSource source, int64_t groupStride, float* packed) const {
  std::copy(shape_.kernel.begin(), shape_.kernel.end(), source.kernel);
  source.channels = shape_.inChannels / shape_.groups;
  for (int64_t g = 0; g < shape_.groups; ++g, source.data += groupStride, packed += panels_.floats())
    packPanels(panels_, source, 0, panels_.panels(), packed);
}

void ConvGemm::run(const float* in, const float* packed, const GemmEpilogue& epilogue, float* out,
                   std::byte* workspace, int part, int parts) const {
  ConvGemmRun(*this, in, packed, epilogue, out, workspace + partBytes_ * static_cast<size_t>(part))
      .runPart(part, parts);
}

}  // namespace ridge::cpu
