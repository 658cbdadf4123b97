#include "cpu/kernels/pool/pool.h"

#include <algorithm>

#include "base/error.h"

namespace ridge::cpu {

bool Pool::accepts(const ActivationStrides& in, const ActivationStrides& out) {
  return (in.channel == 1 && out.channel == 1) || (in.space[2] == 1 && out.space[2] == 1);
}

Pool::Pool(PoolKind kind, const PoolShape& shape, const ActivationStrides& in, const ActivationStrides& out,
           Isa isa)
    : kind_(kind), shape_(shape), in_(in), out_(out), kernels_(&poolKernels(isa)) {
  check(accepts(in, out), "pooling runs over channels or over columns");
  byChannel_ = in.channel == 1 && out.channel == 1;
  const int64_t taps = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
  partBytes_ = (static_cast<size_t>(taps) * sizeof(float*) + 63) / 64 * 64;
}

void Pool::run(const float* in, float* out, std::byte* workspace, int part, int parts) const {
  const auto** taps = reinterpret_cast<const float**>(workspace + partBytes_ * static_cast<size_t>(part));
  // A unit is a row of output pixels: of all channels, or of one.
  const int64_t planes = byChannel_ ? 1 : shape_.channels, channels = byChannel_ ? shape_.channels : 1;
  const int64_t units = shape_.batch * planes * shape_.out[0] * shape_.out[1];
  const int64_t end = units * (part + 1) / parts;
  for (int64_t unit = units * part / parts; unit < end; ++unit) {
    int64_t rest = unit;
    Window window{};
    window.h = rest % shape_.out[1], rest /= shape_.out[1];
    window.d = rest % shape_.out[0], rest /= shape_.out[0];
    const int64_t channel = rest % planes;
    window.n = rest / planes;
    runRow(in + window.n * in_.batch + channel * in_.channel,
           out + window.n * out_.batch + channel * out_.channel + window.d * out_.space[0] +
               window.h * out_.space[1],
           window, shape_.out[2], channels, taps);
  }
}

void Pool::runRow(const float* in, float* out, const Window& first, int64_t columns, int64_t channels,
                  const float** taps) const {
  // Columns whose windows lie inside the input share their taps' offsets and make one run where channels
  // cannot.
  const int64_t reach = (shape_.kernel[2] - 1) * shape_.dilation[2] + 1;
  const int64_t insideBegin = (shape_.padBegin[2] + shape_.stride[2] - 1) / shape_.stride[2];
  const int64_t lastStart = shape_.in[2] - reach + shape_.padBegin[2];
  const int64_t insideEnd = lastStart < 0 ? 0 : lastStart / shape_.stride[2] + 1;
  Window window = first;
  for (window.w = 0; window.w < columns;) {
    const bool inside = window.w >= insideBegin && window.w < insideEnd;
    const int64_t together = inside && !byChannel_ ? std::min(insideEnd, columns) - window.w : 1;
    PoolRun run{};
    run.taps = taps;
    run.tapCount = pointAtTaps(in, window, taps);
    run.step = byChannel_ ? 1 : shape_.stride[2] * in_.space[2];
    run.count = byChannel_ ? channels : together;
    run.out = out + window.w * out_.space[2];
    run.divisor = kind_ == PoolKind::average ? divisor(window) : 1.0f;
    if (run.tapCount == 0)
      std::fill(run.out, run.out + run.count,
                kind_ == PoolKind::max ? -std::numeric_limits<float>::infinity() : 0.0f);
    else
      (kind_ == PoolKind::max ? kernels_->max : kernels_->average)(run);
    window.w += together;
  }
}

int64_t Pool::pointAtTaps(const float* in, const Window& window, const float** taps) const {
  const std::array<int64_t, 3> at{window.d, window.h, window.w};
  std::array<int64_t, 3> first;
  for (size_t axis = 0; axis < 3; ++axis)
    first[axis] = at[axis] * shape_.stride[axis] - shape_.padBegin[axis];
  const auto inside = [&](int64_t i, size_t axis) { return i >= 0 && i < shape_.in[axis]; };
  int64_t count = 0;
  for (int64_t kd = 0, d = first[0]; kd < shape_.kernel[0]; ++kd, d += shape_.dilation[0]) {
    if (!inside(d, 0)) continue;
    for (int64_t kh = 0, h = first[1]; kh < shape_.kernel[1]; ++kh, h += shape_.dilation[1]) {
      if (!inside(h, 1)) continue;
      for (int64_t kw = 0, w = first[2]; kw < shape_.kernel[2]; ++kw, w += shape_.dilation[2])
        if (inside(w, 2)) taps[count++] = in + d * in_.space[0] + h * in_.space[1] + w * in_.space[2];
    }
  }
  return count;
}

float Pool::divisor(const Window& window) const {
  const std::array<int64_t, 3> at{window.d, window.h, window.w};
  int64_t count = 1;
  for (size_t axis = 0; axis < 3; ++axis) {
    const int64_t first = at[axis] * shape_.stride[axis] - shape_.padBegin[axis];
    const int64_t low = shape_.countPadding ? -shape_.padBegin[axis] : 0;
    const int64_t high = shape_.in[axis] + (shape_.countPadding ? shape_.padEnd[axis] : 0);
    int64_t taps = 0;
    for (int64_t k = 0; k < shape_.kernel[axis]; ++k) {
      const int64_t i = first + k * shape_.dilation[axis];
      taps += i >= low && i < high;
    }
    count *= taps;
  }
  return static_cast<float>(std::max<int64_t>(count, 1));
}

}  // namespace ridge::cpu
