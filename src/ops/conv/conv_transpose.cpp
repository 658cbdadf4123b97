#include "ops/conv/conv_transpose.h"

#include "ops/cost_support.h"
#include "ops/dot.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

constexpr int64_t kMostExtent = 1LL << 30;  // products of two still fit an int64

void requireExtents(const char* what, std::span<const int64_t> values, size_t count, int64_t least) {
  if (!values.empty() && values.size() != count)
    failInput(std::string(what) + " has " + std::to_string(values.size()) + " elements instead of " +
              std::to_string(count));
  for (int64_t value : values)
    if (value < least || value > kMostExtent)
      failInput(std::string(what) + " must not contain " + std::to_string(value));
}

void requireValid(const ConvTransposeAttributes& attrs, size_t axes) {
  requireExtents("strides", attrs.strides, axes, 1);
  requireExtents("dilations", attrs.dilations, axes, 1);
  requireExtents("pads", attrs.pads, 2 * axes, 0);
  requireExtents("output_padding", attrs.outputPadding, axes, 0);
  requireExtents("output_shape", attrs.outputShape, axes, 0);
  const std::string& mode = attrs.autoPad;
  if (mode != "NOTSET" && mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER")
    failInput("auto_pad must not be " + mode);
}

void resolvePads(const ConvTransposeAttributes& attrs, size_t at, size_t axes, int64_t natural,
                 SpreadAxis& axis) {
  const bool same = attrs.autoPad.starts_with("SAME");
  if (!attrs.outputShape.empty() || same) {
    axis.output = attrs.outputShape.empty() ? axis.input * axis.stride : attrs.outputShape[at];
    const int64_t total = std::max<int64_t>(0, natural - axis.output);
    axis.padBegin = attrs.autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
    return;
  }
  axis.output = natural;
  if (attrs.autoPad == "VALID" || attrs.pads.empty()) return;
  axis.padBegin = attrs.pads[at];
  axis.output -= attrs.pads[at] + attrs.pads[at + axes];
}

// Axis `at` of so many.
SpreadAxis resolveAxis(const ConvTransposeAttributes& attrs, int64_t kernel, int64_t size, size_t at,
                       size_t axes) {
  requireExtents("the kernel", {&kernel, 1}, 1, 1);
  requireExtents("the input", {&size, 1}, 1, 0);
  SpreadAxis axis;
  axis.input = size;
  axis.kernel = kernel;
  if (!attrs.strides.empty()) axis.stride = attrs.strides[at];
  if (!attrs.dilations.empty()) axis.dilation = attrs.dilations[at];
  const int64_t extra = attrs.outputPadding.empty() ? 0 : attrs.outputPadding[at];
  const int64_t natural = (axis.input - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 + extra;
  resolvePads(attrs, at, axes, natural, axis);
  if (axis.output < 0) failInput("the pads are larger than the output");
  return axis;
}

void inferChannels(const InferContext& c) {
  const auto& attrs = c.attrs<ConvTransposeAttributes>();
  if (attrs.group < 1 || attrs.group > kMostExtent)
    c.fail("group must not be " + std::to_string(attrs.group));
  const Dim inputs = c.shape(0)[1], made = c.shape(1)[0];
  if (inputs.isInteger() && made.isInteger() && inputs != made)
    c.fail("the input has " + inputs.toString() + " channels, the weights are made for " + made.toString());
  const Dim known = inputs.isInteger() ? inputs : made;
  if (known.isInteger() && known.value() % attrs.group != 0)
    c.fail(known.toString() + " channels do not divide into " + std::to_string(attrs.group) + " groups");
}

Dim outputChannels(const InferContext& c) {
  const Dim perGroup = c.shape(1)[1];
  Dim channels;
  if (perGroup.isInteger())
    channels = Dim(saturatingProduct(perGroup.value(), c.attrs<ConvTransposeAttributes>().group));
  if (!c.has(2) || !c.shape(2).ranked()) return channels;
  requireRank(c, 2, 1, 1);
  return merge(channels, c.shape(2)[0]);
}

// Sizes of the kernel, which the weights state; unknown where they do not and the attribute does not either.
std::vector<Dim> kernelOf(const InferContext& c) {
  const auto& stated = c.attrs<ConvTransposeAttributes>().kernelShape;
  const auto& weight = c.shape(1).dims();
  std::vector<Dim> kernel(weight.begin() + 2, weight.end());
  requireExtents("kernel_shape", stated, kernel.size(), 1);
  for (size_t at = 0; at < stated.size(); ++at) kernel[at] = merge(kernel[at], Dim(stated[at]));
  return kernel;
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<ConvTransposeAttributes>();
  const DType type = requireSameType(c);
  requireFloat(c, 0);
  const Shape &input = c.shape(0), &weight = c.shape(1);
  if (!input.ranked() || !weight.ranked()) return c.output(0, type, {});
  requireRank(c, 0, 3, 5);
  requireRank(c, 1, input.rank(), input.rank());
  inferChannels(c);
  std::vector<Dim> dims = {input[0], outputChannels(c)};
  const std::vector<Dim> kernel = kernelOf(c);
  requireValid(attrs, kernel.size());
  for (size_t at = 0; at < kernel.size(); ++at) {
    const Dim& size = input.dims()[at + 2];
    dims.emplace_back();
    if (!attrs.outputShape.empty()) dims.back() = attrs.outputShape[at];
    if (!kernel[at].isInteger() || !size.isInteger()) continue;
    dims.back() = resolveAxis(attrs, kernel[at].value(), size.value(), at, kernel.size()).output;
  }
  c.output(0, type, Shape(std::move(dims)));
}

// Per image and group, the transposed weights by the input elements that reach every output pixel; zeros
// where the stride leaves holes.
class Products {
 public:
  explicit Products(const KernelContext& k) : k_(k), axes_(3) {
    const auto &input = k.input(0).dims, &weight = k.input(1).dims;
    const auto& attrs = k.attrs<ConvTransposeAttributes>();
    const SpreadAxes own = resolveSpread(attrs, weight.subspan(2), input.subspan(2));
    std::copy(own.begin(), own.end(), axes_.end() - own.size());
    group_ = attrs.group;
    groupInputs_ = weight[0] / group_;
    groupOutputs_ = weight[1];
    batch_ = input[0];
    if (input[1] != weight[0] || weight[0] % group_ != 0) k.fail("input and weights contradict each other");
    kernel_ = axes_[0].kernel * axes_[1].kernel * axes_[2].kernel;
    pixels_ = axes_[0].output * axes_[1].output * axes_[2].output;
    numberClassOf(k.input(0).type);
  }

  DotShape shape() const { return {batch_ * group_, groupOutputs_, pixels_, groupInputs_ * kernel_}; }

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const {
    for (int64_t end = depth + count; depth < end;) {
      const int64_t channel = batch % group_ * groupInputs_ + depth / kernel_, at = depth % kernel_;
      const int64_t length = std::min(kernel_ - at, end - depth);
      loadNumbers(k_.input(1), (channel * groupOutputs_ + row) * kernel_ + at, 1, length, out);
      out += length;
      depth += length;
    }
  }

  void right(int64_t batch, int64_t depth, int64_t column, int64_t count, double* out) const {
    const SpreadAxis &z = axes_[0], &y = axes_[1], &x = axes_[2];
    int64_t rest = depth;
    const int64_t kx = rest % x.kernel, ky = (rest /= x.kernel) % y.kernel,
                  kz = (rest /= y.kernel) % z.kernel;
    const int64_t plane = batch * groupInputs_ + rest / z.kernel;
    for (int64_t end = column + count; column < end;) {
      const int64_t ox = column % x.output, oy = column / x.output % y.output,
                    oz = column / x.output / y.output;
      const int64_t length = std::min(x.output - ox, end - column);
      const int64_t iy = y.source(oy, ky), iz = z.source(oz, kz);
      std::fill_n(out, length, 0.0);
      if (iy >= 0 && iz >= 0) line(((plane * z.input + iz) * y.input + iy) * x.input, ox, kx, length, out);
      column += length;
      out += length;
    }
  }

  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    const int64_t channel = batch % group_ * groupOutputs_ + row;
    const double bias = k_.has(2) ? loadNumber<double>(k_.input(2), channel) : 0.0;
    if (k_.has(2)) std::for_each_n(sums, count, [&](double& sum) { sum += bias; });
    storeNumbers(k_.output(0), (batch * groupOutputs_ + row) * pixels_ + column, count, sums);
  }

 private:
  // Every stride-th of `length` outputs from `ox` on gets an element of the input line at `base`.
  void line(int64_t base, int64_t ox, int64_t kx, int64_t length, double* out) const {
    const SpreadAxis& x = axes_[2];
    const int64_t spread = ox + x.padBegin - kx * x.dilation;
    // The first output that an input element reaches: none lies before element 0.
    int64_t at = spread < 0 ? -spread : (x.stride - spread % x.stride) % x.stride;
    double values[detail::kDotColumns];
    if (at >= length) return;
    const int64_t first = (spread + at) / x.stride;
    const int64_t count = std::min(x.input - first, (length - at + x.stride - 1) / x.stride);
    if (count <= 0) return;
    loadNumbers(k_.input(0), base + first, 1, count, values);
    for (int64_t i = 0; i < count; ++i, at += x.stride) out[at] = values[i];
  }

  const KernelContext& k_;
  SpreadAxes axes_;  // three
  int64_t batch_ = 1, group_ = 1, groupInputs_ = 1, groupOutputs_ = 1, kernel_ = 1, pixels_ = 1;
};

void reference(KernelContext& k) {
  const Products products(k);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const Shape& weight = graph.value(node.in[1]).shape;
  const int64_t inputs = elementsOf(graph, node.in[0]);
  if (weight.isStatic() && weight.rank() > 0 && weight[0].value() > 0)
    cost.macs = saturatingProduct(inputs, *weight.count() / weight[0].value());
  if (node.in.size() > 2 && node.in[2] != kNoValue) cost.operations = elementsOf(graph, node.out[0]);
  return cost;
}

}  // namespace

SpreadAxes resolveSpread(const ConvTransposeAttributes& attrs, std::span<const int64_t> kernel,
                         std::span<const int64_t> spatial) {
  check(kernel.size() == spatial.size(), "a kernel has as many axes as the input has spatial ones");
  requireValid(attrs, kernel.size());
  SpreadAxes axes;
  for (size_t at = 0; at < kernel.size(); ++at)
    axes.push_back(resolveAxis(attrs, kernel[at], spatial[at], at, kernel.size()));
  return axes;
}

constinit const Op ops::convTranspose{.name = "ConvTranspose",
                                      .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 22}>,
                                      .minInputs = 2,
                                      .maxInputs = 3,
                                      .attributes = ConvTransposeAttributes::read,
                                      .infer = infer,
                                      .reference = reference,
                                      .cost = cost};

}  // namespace ridge
