#include "cpu/kernels/depthwise/depthwise.h"

#include <algorithm>

#include "base/error.h"

namespace ridge::cpu {
namespace {

size_t alignUp(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

}  // namespace

/// One part of one execution.
class DepthwiseRun {
 public:
  DepthwiseRun(const DepthwiseConv& conv, const float* in, const float* packed, const GemmEpilogue& epilogue,
               float* out, std::byte* scratch)
      : conv_(conv),
        shape_(conv.shape_),
        epilogue_(epilogue),
        in_(in),
        packed_(packed),
        out_(out),
        zeros_(reinterpret_cast<float*>(scratch)),
        sums_(reinterpret_cast<float*>(scratch + conv.sumsAt_)),
        pointers_(reinterpret_cast<const float**>(scratch + conv.pointersAt_)),
        weights_(reinterpret_cast<const float**>(scratch + conv.weightsAt_)) {
    std::fill(zeros_, zeros_ + shape_.inChannels, 0.0f);
  }

  void runPart(int part, int parts) {
    const int64_t width = shape_.out[2], pixels = shape_.batch * shape_.out[0] * shape_.out[1] * width;
    const int64_t end = pixels * (part + 1) / parts;
    for (int64_t pixel = pixels * part / parts; pixel < end;) {
      const int64_t bandEnd = std::min(end, (pixel / width + conv_.bandRows_) * width);
      for (int64_t c = 0; c < shape_.outChannels; c += conv_.blockChannels_)
        runBand(pixel, bandEnd, c, std::min(shape_.outChannels, c + conv_.blockChannels_));
      pixel = bandEnd;
    }
  }

 private:
  struct Pixel {
    int64_t n, d, h, w;
  };

  void runBand(int64_t pixel, int64_t end, int64_t firstChannel, int64_t endChannel) {
    while (pixel < end) {
      const int64_t w = pixel % shape_.out[2], count = std::min(end - pixel, shape_.out[2] - w);
      const int64_t row = pixel / shape_.out[2], plane = row / shape_.out[1];
      Pixel at{plane / shape_.out[0], plane % shape_.out[0], row % shape_.out[1], w};
      for (int64_t done = 0; done < count; done += kDepthwisePixels, at.w += kDepthwisePixels)
        runTile(at, std::min<int64_t>(kDepthwisePixels, count - done), done, firstChannel, endChannel);
      if (epilogue_.hook) {
        const int64_t channels = endChannel - firstChannel;
        epilogue_.hook(epilogue_.hookContext,
                       {epilogue_.hookFirstRow + pixel, count, firstChannel, channels, sums_, channels});
      }
      pixel += count;
    }
  }

  void runTile(const Pixel& at, int64_t pixels, int64_t sumsRow, int64_t firstChannel, int64_t endChannel) {
    const bool hook = epilogue_.hook != nullptr;
    float* out[kDepthwisePixels];
    const float* residual[kDepthwisePixels];
    for (int64_t p = 0; p < pixels; ++p) {
      out[p] = hook ? sums_ + (sumsRow + p) * (endChannel - firstChannel) : out_ + address(conv_.out_, at, p);
      if (epilogue_.residual) residual[p] = epilogue_.residual + address(epilogue_.residualStrides, at, p);
    }
    DepthwiseTile tile{};
    tile.in = pointers_;
    pointAtInput(at, pixels, tile);
    tile.weights = weights_;
    tile.channels = shape_.outChannels;
    tile.first = firstChannel, tile.end = endChannel;
    tile.multiplier = shape_.outChannels / shape_.inChannels;
    tile.out = out;
    tile.outFirst = hook ? firstChannel : 0;
    tile.bias = hook ? nullptr : epilogue_.bias;
    tile.residual = hook || !epilogue_.residual ? nullptr : residual;
    tile.lo = hook ? -std::numeric_limits<float>::infinity() : epilogue_.lo;
    tile.hi = hook ? std::numeric_limits<float>::infinity() : epilogue_.hi;
    conv_.family_->tile[pixels](tile);
  }

  /// Points the tile at the kernel rows that meet the input.
  void pointAtInput(const Pixel& at, int64_t pixels, DepthwiseTile& tile) {
    const int64_t kernel = shape_.kernel[2], w0 = at.w * shape_.stride[2] - shape_.padBegin[2];
    const int64_t last = w0 + (pixels - 1) * shape_.stride[2] + (kernel - 1) * shape_.dilation[2];
    const bool inside = w0 >= 0 && last < shape_.in[2];
    const int64_t step = conv_.columnsTogether_ ? 1 : shape_.stride[2];
    tile.pixelStride = inside ? step * conv_.in_.space[2] : 0;
    const float** pointer = pointers_;
    for (int64_t kd = 0; kd < shape_.kernel[0]; ++kd)
      for (int64_t kh = 0; kh < shape_.kernel[1]; ++kh) {
        const int64_t d = at.d * shape_.stride[0] - shape_.padBegin[0] + kd * shape_.dilation[0];
        const int64_t h = at.h * shape_.stride[1] - shape_.padBegin[1] + kh * shape_.dilation[1];
        if (d < 0 || d >= shape_.in[0] || h < 0 || h >= shape_.in[1]) continue;
        const float* row = in_ + at.n * conv_.in_.batch + d * conv_.in_.space[0] + h * conv_.in_.space[1];
        const float* weights = packed_ + (kd * shape_.kernel[1] + kh) * kernel * shape_.outChannels;
        // A tile's row is a kernel row, or (kernel width without a family of its own) a single tap.
        const int64_t taps = conv_.columnsTogether_ ? 1 : kernel;
        const int64_t columns = conv_.columnsTogether_ ? (pixels - 1) * shape_.stride[2] + kernel : pixels;
        for (int64_t kw = 0; kw < taps; ++kw) {
          weights_[tile.rows++] = weights + kw * shape_.outChannels;
          const int64_t w = w0 + kw * shape_.dilation[2];
          if (inside) {
            *pointer++ = row + w * conv_.in_.space[2];
            continue;
          }
          for (int64_t j = 0; j < columns; ++j) *pointer++ = columnOf(row, w + j * step);
        }
      }
  }

  int64_t address(const ActivationStrides& strides, const Pixel& at, int64_t p) const {
    return at.n * strides.batch + at.d * strides.space[0] + at.h * strides.space[1] +
           (at.w + p) * strides.space[2];
  }
  const float* columnOf(const float* row, int64_t w) const {
    return w >= 0 && w < shape_.in[2] ? row + w * conv_.in_.space[2] : zeros_;
  }

  const DepthwiseConv& conv_;
  const ConvShape& shape_;
  const GemmEpilogue& epilogue_;
  const float *in_, *packed_;
  float *out_, *zeros_, *sums_;
  const float **pointers_, **weights_;
};

DepthwiseConv::DepthwiseConv(const ConvShape& shape, const ActivationStrides& in,
                             const ActivationStrides& out, Isa isa)
    : shape_(shape), in_(in), out_(out) {
  check(shape.groups == shape.inChannels && shape.outChannels % shape.inChannels == 0,
        "a depthwise convolution has one input channel in each group");
  check(in.channel == 1 && out.channel == 1, "a depthwise convolution has its channels side by side");
  family_ = &depthwiseKernels(isa).choose(shape.kernel[2], shape.stride[2], shape.dilation[2],
                                          shape.outChannels / shape.inChannels);
  const int64_t taps = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
  const int64_t columns = (kDepthwisePixels - 1) * shape.stride[2] + shape.kernel[2];
  taps_ = taps;
  const int64_t pointers = std::max(taps * kDepthwisePixels, shape.kernel[0] * shape.kernel[1] * columns);
  columnsTogether_ =
      family_->kernel == shape.kernel[2] && family_->stride == shape.stride[2] && shape.dilation[2] == 1;
  const int64_t rowFloats = shape.in[2] * shape.inChannels, l1Floats = cpuInfo().l1Bytes / 8;
  const int64_t rowsInL2 = cpuInfo().l2Bytes / 8 / std::max<int64_t>(1, rowFloats);
  bandRows_ = std::clamp<int64_t>((rowsInL2 - shape.kernel[1]) / shape.stride[1], 1, 1 << 20);
  const int64_t kernelRow = shape.in[2] * std::max(shape.kernel[1], shape.stride[1]);
  blockChannels_ = std::max<int64_t>(256, l1Floats / std::max<int64_t>(1, kernelRow) / 64 * 64);
  blockChannels_ = std::min(blockChannels_, shape.outChannels);
  const auto bytes = [](int64_t count, size_t size) { return alignUp(static_cast<size_t>(count) * size); };
  pointersAt_ = bytes(shape.inChannels, sizeof(float));
  weightsAt_ = pointersAt_ + bytes(pointers, sizeof(float*));
  sumsAt_ = weightsAt_ + bytes(taps, sizeof(float*));
  partBytes_ = sumsAt_ + bytes(shape.out[2] * blockChannels_, sizeof(float));
}

int64_t DepthwiseConv::packedFloats() const {
  return taps_ * shape_.outChannels;
}

void DepthwiseConv::pack(const float* weights, float* packed) const {
  for (int64_t tap = 0; tap < taps_; ++tap)
    for (int64_t c = 0; c < shape_.outChannels; ++c) *packed++ = weights[c * taps_ + tap];
}

void DepthwiseConv::run(const float* in, const float* packed, const GemmEpilogue& epilogue, float* out,
                        std::byte* workspace, int part, int parts) const {
  DepthwiseRun(*this, in, packed, epilogue, out, workspace + partBytes_ * static_cast<size_t>(part))
      .runPart(part, parts);
}

}  // namespace ridge::cpu
