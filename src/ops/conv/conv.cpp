#include "ops/conv/conv.h"

#include "ops/cost_support.h"
#include "ops/dot.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void inferChannels(InferContext& c) {
  const auto& attrs = c.attrs<ConvAttributes>();
  if (attrs.group < 1) c.fail("group must not be " + std::to_string(attrs.group));
  const Dim inputs = c.shape(0)[1], outputs = c.shape(1)[0], groupInputs = c.shape(1)[1];
  if (outputs.isInteger() && outputs.value() % attrs.group != 0)
    c.fail(outputs.toString() + " output channels do not divide into " + std::to_string(attrs.group) +
           " groups");
  if (!inputs.isInteger() || !groupInputs.isInteger()) return;
  if (inputs.value() % attrs.group != 0 || inputs.value() / attrs.group != groupInputs.value())
    c.fail("the input has " + inputs.toString() + " channels, the weights are made for " +
           std::to_string(attrs.group) + " groups of " + groupInputs.toString());
}

// Kernel sizes from the weights, else from the attribute; empty: unknown.
std::vector<int64_t> kernelOf(InferContext& c) {
  const auto& attrs = c.attrs<ConvAttributes>();
  const Shape weight = c.shape(1);
  const auto axes = static_cast<size_t>(weight.rank() - 2);
  if (!attrs.kernelShape.empty() && attrs.kernelShape.size() != axes)
    c.fail("kernel_shape has " + std::to_string(attrs.kernelShape.size()) + " elements instead of " +
           std::to_string(axes));
  std::vector<int64_t> kernel;
  for (size_t at = 0; at < axes; ++at) {
    const Dim& dim = weight.dims()[at + 2];
    if (!dim.isInteger()) return attrs.kernelShape;
    if (!attrs.kernelShape.empty() && dim.value() != attrs.kernelShape[at])
      c.fail("kernel_shape contradicts the weights of shape " + weight.toString());
    kernel.push_back(dim.value());
  }
  return kernel;
}

void infer(InferContext& c) {
  const DType type = requireSameType(c);
  requireFloat(c, 0);
  if (!c.shape(0).ranked() || !c.shape(1).ranked()) return c.output(0, type, {});
  requireRank(c, 0, 3, 5);
  requireRank(c, 1, c.shape(0).rank(), c.shape(0).rank());
  inferChannels(c);
  const Shape& input = c.shape(0);
  std::vector<Dim> dims = {input[0], c.shape(1)[0]};
  if (c.has(2) && c.shape(2).ranked()) {
    requireRank(c, 2, 1, 1);
    dims[1] = merge(dims[1], c.shape(2)[0]);
  }
  const std::vector<int64_t> kernel = kernelOf(c);
  const std::span<const Dim> spatial = std::span(input.dims()).subspan(2);
  const std::vector<Dim> sizes = kernel.empty() ? std::vector<Dim>(spatial.size())
                                                : windowOutputs(c.attrs<ConvAttributes>(), kernel, spatial);
  dims.insert(dims.end(), sizes.begin(), sizes.end());
  c.output(0, type, Shape(std::move(dims)));
}

// One product per image and group: weights by the windows under all output pixels.
class ConvMatrices {
 public:
  explicit ConvMatrices(const KernelContext& k)
      : k_(k),
        geometry_(resolveConv(k.attrs<ConvAttributes>(), k.input(0).dims, k.input(1).dims)),
        axis_(withThreeAxes(geometry_.axes)) {
    numberClassOf(k.input(0).type);
  }

  DotShape shape() const {
    return {geometry_.batch * geometry_.group, geometry_.groupOutputs, geometry_.outputPixels(), depth()};
  }

  void left(int64_t batch, int64_t row, int64_t depthIndex, int64_t count, double* out) const {
    const int64_t channel = batch % geometry_.group * geometry_.groupOutputs + row;
    loadNumbers(k_.input(1), channel * depth() + depthIndex, 1, count, out);
  }

  void right(int64_t batch, int64_t depthIndex, int64_t column, int64_t count, double* out) const {
    const WindowAxis &z = axis_[0], &y = axis_[1], &x = axis_[2];
    int64_t rest = depthIndex;
    const int64_t kx = rest % x.kernel, ky = (rest /= x.kernel) % y.kernel,
                  kz = (rest /= y.kernel) % z.kernel;
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

  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    const int64_t channel = batch % geometry_.group * geometry_.groupOutputs + row;
    const double bias = k_.has(2) ? loadNumber<double>(k_.input(2), channel) : 0.0;
    if (k_.has(2)) std::for_each_n(sums, count, [&](double& sum) { sum += bias; });
    storeNumbers(k_.output(0), (batch * geometry_.groupOutputs + row) * geometry_.outputPixels() + column,
                 count, sums);
  }

 private:
  int64_t depth() const { return geometry_.groupInputs * geometry_.kernelElements(); }

  // `length` elements of an input line, from position `from` (may be outside) on, by the stride.
  void line(int64_t base, int64_t from, int64_t length, double* out) const {
    const WindowAxis& x = axis_[2];
    const int64_t first = from >= 0 ? 0 : std::min(length, (-from + x.stride - 1) / x.stride);
    const int64_t last =
        from >= x.input ? first : std::clamp((x.input - from + x.stride - 1) / x.stride, first, length);
    std::fill_n(out, first, 0.0);
    loadNumbers(k_.input(0), base + from + first * x.stride, x.stride, last - first, out + first);
    std::fill(out + last, out + length, 0.0);
  }

  const KernelContext& k_;
  ConvGeometry geometry_;
  WindowAxes axis_;  // three
};

void reference(KernelContext& k) {
  const ConvMatrices matrices(k);
  dotProducts(matrices.shape(), matrices);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const Shape& weight = graph.value(node.in[1]).shape;
  const int64_t outputs = elementsOf(graph, node.out[0]);
  if (weight.isStatic() && weight.rank() > 0 && weight[0].value() > 0)
    cost.macs = saturatingProduct(outputs, *weight.count() / weight[0].value());
  if (node.in.size() > 2 && node.in[2] != kNoValue) cost.operations = outputs;
  return cost;
}

}  // namespace

int64_t ConvGeometry::outputPixels() const {
  int64_t product = 1;
  for (const WindowAxis& axis : axes) product *= axis.output;
  return product;
}

int64_t ConvGeometry::kernelElements() const {
  int64_t product = 1;
  for (const WindowAxis& axis : axes) product *= axis.kernel;
  return product;
}

ConvGeometry resolveConv(const ConvAttributes& attrs, std::span<const int64_t> input,
                         std::span<const int64_t> weight) {
  if (input.size() < 3 || input.size() != weight.size() || attrs.group < 1)
    failInput("a convolution of " + toString(input) + " by " + toString(weight) + " does not exist");
  ConvGeometry geometry;
  geometry.batch = input[0];
  geometry.group = attrs.group;
  geometry.groupInputs = weight[1];
  geometry.groupOutputs = weight[0] / attrs.group;
  if (input[1] % attrs.group != 0 || input[1] / attrs.group != weight[1] || weight[0] % attrs.group != 0)
    failInput("channels of " + toString(input) + " and " + toString(weight) + " contradict each other");
  geometry.axes = resolveWindow(attrs, weight.subspan(2), input.subspan(2));
  return geometry;
}

constinit const Op ops::conv{.name = "Conv",
                             .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 22}>,
                             .minInputs = 2,
                             .maxInputs = 3,
                             .attributes = ConvAttributes::read,
                             .infer = infer,
                             .reference = reference,
                             .cost = cost};

}  // namespace ridge
