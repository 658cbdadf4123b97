#include "ops/conv/products.h"

namespace ridge {

ConvProducts::ConvProducts(const ConvAttributes& attrs, const TensorView& input, const TensorView& weight)
    : input_(input),
      weight_(weight),
      geometry_(resolveConv(attrs, input.dims, weight.dims)),
      axis_(withThreeAxes(geometry_.axes)) {
  numberClassOf(input.type);
  numberClassOf(weight.type);
}

void ConvProducts::right(int64_t batch, int64_t depthIndex, int64_t column, int64_t count,
                         double* out) const {
  const WindowAxis &z = axis_[0], &y = axis_[1], &x = axis_[2];
  int64_t rest = depthIndex;
  const int64_t kx = rest % x.kernel, ky = (rest /= x.kernel) % y.kernel, kz = (rest /= y.kernel) % z.kernel;
  const int64_t plane = batch * geometry_.groupInputs + rest / z.kernel;
  for (int64_t end = column + count; column < end;) {
    const int64_t ox = column % x.output, oy = column / x.output % y.output,
                  oz = column / x.output / y.output;
    const int64_t length = std::min(x.output - ox, end - column);
    const int64_t iy = y.start(oy) + ky * y.dilation, iz = z.start(oz) + kz * z.dilation;
    if (iy < 0 || iy >= y.input || iz < 0 || iz >= z.input)
      std::fill_n(out, length, 0.0);
    else
      line(((plane * z.input + iz) * y.input + iy) * x.input, x.start(ox) + kx * x.dilation, length, out);
    column += length;
    out += length;
  }
}

void ConvProducts::line(int64_t base, int64_t from, int64_t length, double* out) const {
  const WindowAxis& x = axis_[2];
  const int64_t first = from >= 0 ? 0 : std::min(length, (-from + x.stride - 1) / x.stride);
  const int64_t last =
      from >= x.input ? first : std::clamp((x.input - from + x.stride - 1) / x.stride, first, length);
  std::fill_n(out, first, 0.0);
  loadNumbers(input_, base + from + first * x.stride, x.stride, last - first, out + first);
  if (inputZero_ != 0.0) std::for_each(out + first, out + last, [&](double& value) { value -= inputZero_; });
  std::fill(out + last, out + length, 0.0);
}

}  // namespace ridge
