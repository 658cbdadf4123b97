#include "cpu/kernels/integer/integer_conv.h"

#include <algorithm>

namespace ridge::cpu {

namespace {

constexpr int64_t kMostTile = 64, kTileBytes = 96 << 10;  // windows that stay in the second cache level
constexpr int64_t kOutputBlock = 64;                      // output channels whose sums are finished at a time
constexpr size_t kAlignment = 64;

size_t aligned(int64_t bytes) {
  return (static_cast<size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
}

int64_t kernelTaps(const ConvShape& shape) {
  return shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
}

}  // namespace

IntegerConv::IntegerConv(const ConvShape& shape, const ActivationStrides& in, const ActivationStrides& out,
                         Isa isa)
    : shape_(shape),
      in_(in),
      out_(out),
      kernels_(&integerKernels(isa)),
      groupInputs_(shape.inChannels / shape.groups),
      groupOutputs_(shape.outChannels / shape.groups),
      taps_(kernelTaps(shape)),
      pixels_(shape.batch * shape.out[0] * shape.out[1] * shape.out[2]),
      depth_((taps_ * groupInputs_ + kIntegerDepth - 1) / kIntegerDepth * kIntegerDepth),
      tilePixels_(std::clamp<int64_t>(kTileBytes / (2 * depth_) / 2 * 2, 2, kMostTile)) {}

int64_t IntegerConv::packedElements() const {
  return isDepthwise() ? taps_ * shape_.groups : shape_.outChannels * depth_;
}

void IntegerConv::pack(const uint8_t* weights, const uint8_t* zeros, bool isSigned, int16_t* packed) const {
  std::fill_n(packed, packedElements(), int16_t{0});
  const auto number = [&](uint8_t byte) { return isSigned ? static_cast<int8_t>(byte) : int{byte}; };
  for (int64_t o = 0; o < shape_.outChannels; ++o) {
    const int zero = zeros ? number(zeros[o]) : 0;
    for (int64_t c = 0; c < groupInputs_; ++c)
      for (int64_t t = 0; t < taps_; ++t) {
        const int64_t place = isDepthwise() ? t * shape_.groups + o : o * depth_ + t * groupInputs_ + c;
        packed[place] = static_cast<int16_t>(number(weights[(o * groupInputs_ + c) * taps_ + t]) - zero);
      }
  }
}

// Depthwise: the addresses of a window's taps and a block of sums; else the windows of a tile and theirs.
size_t IntegerConv::workspace() const {
  if (isDepthwise())
    return aligned(taps_ * static_cast<int64_t>(sizeof(const uint8_t*))) + aligned(kOutputBlock * 4);
  return aligned(tilePixels_ * depth_ * 2) + aligned(tilePixels_ * kOutputBlock * 4);
}

IntegerConv::Pixel IntegerConv::pixelAt(int64_t number) const {
  const int64_t w = number % shape_.out[2], h = number / shape_.out[2] % shape_.out[1],
                d = number / shape_.out[2] / shape_.out[1] % shape_.out[0];
  return {number / shape_.out[2] / shape_.out[1] / shape_.out[0], {d, h, w}};
}

template <class Fn>
void IntegerConv::forTaps(const uint8_t* in, const Pixel& pixel, Fn&& fn) const {
  int64_t tap = 0;
  const auto from = [&](size_t axis, int64_t k) {
    return pixel.at[axis] * shape_.stride[axis] - shape_.padBegin[axis] + k * shape_.dilation[axis];
  };
  const auto inside = [&](size_t axis, int64_t at) { return at >= 0 && at < shape_.in[axis]; };
  for (int64_t kd = 0; kd < shape_.kernel[0]; ++kd)
    for (int64_t kh = 0; kh < shape_.kernel[1]; ++kh)
      for (int64_t kw = 0; kw < shape_.kernel[2]; ++kw, ++tap) {
        const int64_t d = from(0, kd), h = from(1, kh), w = from(2, kw);
        const bool there = inside(0, d) && inside(1, h) && inside(2, w);
        fn(tap, there ? in + pixel.n * in_.batch + d * in_.space[0] + h * in_.space[1] + w * in_.space[2]
                      : nullptr);
      }
}

void IntegerConv::gather(const ByteRun& in, int64_t firstPixel, int64_t pixels, int64_t group,
                         int16_t* windows) const {
  for (int64_t p = 0; p < pixels; ++p) {
    int16_t* window = windows + p * depth_;
    forTaps(in.bytes, pixelAt(firstPixel + p), [&](int64_t tap, const uint8_t* from) {
      int16_t* to = window + tap * groupInputs_;
      if (from)
        kernels_->widen({{from + group * groupInputs_, in.isSigned, in.zero}, groupInputs_, to});
      else
        std::fill_n(to, groupInputs_, int16_t{0});
    });
    std::fill(window + taps_ * groupInputs_, window + depth_, int16_t{0});
  }
}

void IntegerConv::finish(const IntegerEpilogue& epilogue, int64_t pixel, int64_t channel, int64_t count,
                         const int32_t* sums, uint8_t* out) const {
  const Pixel at = pixelAt(pixel);
  const auto place = [&](const ActivationStrides& strides) {
    return at.n * strides.batch + at.at[0] * strides.space[0] + at.at[1] * strides.space[1] +
           at.at[2] * strides.space[2] + channel;
  };
  FinishRun run = epilogue.finish;
  run.sums = sums;
  run.count = count;
  run.multiplier += channel;
  if (run.bias) run.bias += channel;
  if (run.offset) run.offset += channel;
  if (run.residual.bytes) run.residual.bytes += place(epilogue.residualStrides);
  run.out = out + place(out_);
  kernels_->finish(run);
}

void IntegerConv::runDepthwise(const ByteRun& in, const int16_t* packed, const IntegerEpilogue& epilogue,
                               uint8_t* out, std::byte* workspace, int part, int parts) const {
  auto* taps = reinterpret_cast<const uint8_t**>(workspace);
  auto* sums =
      reinterpret_cast<int32_t*>(workspace + aligned(taps_ * static_cast<int64_t>(sizeof(const uint8_t*))));
  for (int64_t pixel = pixels_ * part / parts; pixel < pixels_ * (part + 1) / parts; ++pixel)
    for (int64_t c = 0; c < shape_.groups; c += kOutputBlock) {
      const int64_t count = std::min(kOutputBlock, shape_.groups - c);
      forTaps(in.bytes, pixelAt(pixel),
              [&](int64_t tap, const uint8_t* from) { taps[tap] = from ? from + c : nullptr; });
      kernels_->depthwise({taps, packed + c, taps_, count, shape_.groups, in.isSigned, in.zero, sums});
      finish(epilogue, pixel, c, count, sums, out);
    }
}

void IntegerConv::run(const ByteRun& in, const int16_t* packed, const IntegerEpilogue& epilogue, uint8_t* out,
                      std::byte* workspace, int part, int parts) const {
  if (isDepthwise()) return runDepthwise(in, packed, epilogue, out, workspace, part, parts);
  auto* windows = reinterpret_cast<int16_t*>(workspace);
  auto* sums = reinterpret_cast<int32_t*>(workspace + aligned(tilePixels_ * depth_ * 2));
  const int64_t tiles = (pixels_ + tilePixels_ - 1) / tilePixels_;
  const int64_t blocks = (groupOutputs_ + kOutputBlock - 1) / kOutputBlock;
  const int64_t units = tiles * shape_.groups * blocks;
  int64_t gathered = -1;
  for (int64_t unit = units * part / parts; unit < units * (part + 1) / parts; ++unit) {
    const int64_t block = unit % blocks, group = unit / blocks % shape_.groups,
                  tile = unit / blocks / shape_.groups;
    const int64_t first = tile * tilePixels_, pixels = std::min(tilePixels_, pixels_ - first);
    if (gathered != unit / blocks) gather(in, first, pixels, group, windows);
    gathered = unit / blocks;
    const int64_t channel = group * groupOutputs_ + block * kOutputBlock;
    const int64_t outputs = std::min(kOutputBlock, groupOutputs_ - block * kOutputBlock);
    kernels_->products({windows, packed + channel * depth_, depth_, pixels, outputs, sums, kOutputBlock});
    for (int64_t p = 0; p < pixels; ++p)
      finish(epilogue, first + p, channel, outputs, sums + p * kOutputBlock, out);
  }
}

}  // namespace ridge::cpu
