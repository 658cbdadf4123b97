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
      const int64_t count = std::min(end - pixel, width - pixel % width);
      runPixels(pixel, count);
      pixel += count;
    }
  }

 private:
  /// Pixels of one output row.
  void runPixels(int64_t pixel, int64_t count) {
    const int64_t limit = epilogue_.hook ? conv_.hookPixels_ : count;
    for (int64_t done = 0; done < count;) {
      const int64_t block = std::min(limit, count - done);
      for (int64_t at = 0; at < block; at += kDepthwisePixels)
        runTile(pixel + done + at, std::min<int64_t>(kDepthwisePixels, block - at), at);
      if (epilogue_.hook)
        epilogue_.hook(epilogue_.hookContext, {epilogue_.hookFirstRow + pixel + done, block, 0,
                                               shape_.outChannels, sums_, shape_.outChannels});
      done += block;
    }
  }

  void runTile(int64_t pixel, int64_t pixels, int64_t sumsRow) {
    const int64_t w = pixel % shape_.out[2];
    int64_t rest = pixel / shape_.out[2];
    const int64_t h = rest % shape_.out[1];
    rest /= shape_.out[1];
    const int64_t d = rest % shape_.out[0], n = rest / shape_.out[0];
    const auto address = [&](const ActivationStrides& strides, int64_t p) {
      return n * strides.batch + d * strides.space[0] + h * strides.space[1] + (w + p) * strides.space[2];
    };
    float* out[kDepthwisePixels];
    const float* residual[kDepthwisePixels];
    for (int64_t p = 0; p < pixels; ++p) {
      out[p] = epilogue_.hook ? sums_ + (sumsRow + p) * shape_.outChannels : out_ + address(conv_.out_, p);
      if (epilogue_.residual) residual[p] = epilogue_.residual + address(epilogue_.residualStrides, p);
    }
    DepthwiseTile tile{};
    tile.in = pointers_;
    tile.rows = pointAtInput(n, d, h, w, pixels);
    tile.weights = weights_;
    tile.channels = shape_.outChannels;
    tile.multiplier = shape_.outChannels / shape_.inChannels;
    tile.out = out;
    const bool plain = epilogue_.hook != nullptr;
    tile.bias = plain ? nullptr : epilogue_.bias;
    tile.residual = plain || !epilogue_.residual ? nullptr : residual;
    tile.lo = plain ? -std::numeric_limits<float>::infinity() : epilogue_.lo;
    tile.hi = plain ? std::numeric_limits<float>::infinity() : epilogue_.hi;
    conv_.family_->tile[pixels](tile);
  }

  /// Fills the pointers of the kernel rows that meet the input; returns how many.
  int64_t pointAtInput(int64_t n, int64_t d, int64_t h, int64_t w, int64_t pixels) {
    const int64_t w0 = w * shape_.stride[2] - shape_.padBegin[2];
    int64_t rows = 0;
    const float** pointer = pointers_;
    for (int64_t kd = 0; kd < shape_.kernel[0]; ++kd)
      for (int64_t kh = 0; kh < shape_.kernel[1]; ++kh) {
        const int64_t id = d * shape_.stride[0] - shape_.padBegin[0] + kd * shape_.dilation[0];
        const int64_t ih = h * shape_.stride[1] - shape_.padBegin[1] + kh * shape_.dilation[1];
        if (id < 0 || id >= shape_.in[0] || ih < 0 || ih >= shape_.in[1]) continue;
        const float* row = in_ + n * conv_.in_.batch + id * conv_.in_.space[0] + ih * conv_.in_.space[1];
        const float* weights = packed_ + (kd * shape_.kernel[1] + kh) * shape_.kernel[2] * shape_.outChannels;
        if (conv_.family_->kernel == shape_.kernel[2] && shape_.dilation[2] == 1 &&
            conv_.family_->stride == shape_.stride[2]) {
          weights_[rows++] = weights;
          for (int64_t j = 0; j < (pixels - 1) * shape_.stride[2] + shape_.kernel[2]; ++j)
            *pointer++ = columnOf(row, w0 + j);
          continue;
        }
        for (int64_t kw = 0; kw < shape_.kernel[2]; ++kw) {  // single taps: each is a row of its own
          weights_[rows++] = weights + kw * shape_.outChannels;
          for (int64_t p = 0; p < pixels; ++p)
            *pointer++ = columnOf(row, w0 + p * shape_.stride[2] + kw * shape_.dilation[2]);
        }
      }
    return rows;
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
  hookPixels_ = std::clamp<int64_t>(cpuInfo().l1Bytes / 2 / (4 * shape.outChannels), kDepthwisePixels, 64);
  hookPixels_ = hookPixels_ / kDepthwisePixels * kDepthwisePixels;
  const auto bytes = [](int64_t count, size_t size) { return alignUp(static_cast<size_t>(count) * size); };
  pointersAt_ = bytes(shape.inChannels, sizeof(float));
  weightsAt_ = pointersAt_ + bytes(pointers, sizeof(float*));
  sumsAt_ = weightsAt_ + bytes(taps, sizeof(float*));
  partBytes_ = sumsAt_ + bytes(hookPixels_ * shape.outChannels, sizeof(float));
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
