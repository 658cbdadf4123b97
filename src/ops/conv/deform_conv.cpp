// DeformConv: a Conv whose kernel elements read the input at places of their own, interpolated linearly.
#include <array>
#include <cmath>

#include "ops/conv/geometry.h"
#include "ops/cost_support.h"
#include "ops/dot.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

enum Input : size_t { kData, kWeight, kOffset, kBias, kMask };

struct DeformConvAttributes : AttributesOf<DeformConvAttributes>, WindowAttributes {
  int64_t group = 1;
  int64_t offsetGroup = 1;  ///< of input channels that share their offsets

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("dilations", self.dilations);
    v("group", self.group);
    v("kernel_shape", self.kernelShape);
    v("offset_group", self.offsetGroup);
    v("pads", self.pads);
    v("strides", self.strides);
  }
};

void requireGroups(const DeformConvAttributes& attrs, std::span<const int64_t> input,
                   std::span<const int64_t> weight) {
  const bool positive = attrs.group > 0 && attrs.offsetGroup > 0;
  if (!positive || input[1] % attrs.group != 0 || input[1] % attrs.offsetGroup != 0 ||
      weight[0] % attrs.group != 0 || input[1] / attrs.group != weight[1])
    failInput("channels of " + toString(input) + " and " + toString(weight) + " contradict each other");
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<DeformConvAttributes>();
  const DType type = requireSameType(c);
  requireFloat(c, 0);
  requireRank(c, kData, 3, 5);
  const Shape &input = c.shape(kData), &weight = c.shape(kWeight);
  if (!input.isStatic() || !weight.isStatic())
    return c.output(0, type, input.ranked() ? unknownShape(input.rank()) : Shape());
  requireRank(c, kWeight, input.rank(), input.rank());
  requireRank(c, kOffset, input.rank(), input.rank());
  const Dims data = input.staticDims(), kernel = weight.staticDims();
  requireGroups(attrs, data, kernel);
  c.require(attrs.kernelShape.empty() || std::equal(attrs.kernelShape.begin(), attrs.kernelShape.end(),
                                                    kernel.begin() + 2, kernel.end()),
            "kernel_shape contradicts the weights");
  const WindowAxes axes = resolveWindow(attrs, std::span(kernel).subspan(2), std::span(data).subspan(2));
  Dims dims = {data[0], kernel[0]};
  for (const WindowAxis& axis : axes) dims.push_back(axis.output);
  c.output(0, type, Shape::of(dims));
}

// Per image and group, weights by the interpolated elements under all output pixels.
class Products {
 public:
  explicit Products(const KernelContext& k) : k_(k), attrs_(k.attrs<DeformConvAttributes>()) {
    const auto input = k.input(kData).dims, weight = k.input(kWeight).dims;
    requireGroups(attrs_, input, weight);
    const WindowAxes own = resolveWindow(attrs_, weight.subspan(2), input.subspan(2));
    ownAxes_ = own.size();
    axes_ = withThreeAxes(own);
    channels_ = input[1];
    batch_ = input[0];
    groupOutputs_ = weight[0] / attrs_.group;
    kernel_ = axes_[0].kernel * axes_[1].kernel * axes_[2].kernel;
    pixels_ = axes_[0].output * axes_[1].output * axes_[2].output;
    const int64_t places = batch_ * attrs_.offsetGroup * kernel_ * pixels_;
    if (k.input(kOffset).count() != places * static_cast<int64_t>(ownAxes_) ||
        (k.has(kMask) && k.input(kMask).count() != places) ||
        (k.has(kBias) && k.input(kBias).count() != weight[0]))
      k.fail("offset, mask or bias do not fit the convolution");
  }

  DotShape shape() const {
    return {batch_ * attrs_.group, groupOutputs_, pixels_, channels_ / attrs_.group * kernel_};
  }

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const {
    const int64_t channel = batch % attrs_.group * groupOutputs_ + row;
    loadNumbers(k_.input(kWeight), channel * shape().depth + depth, 1, count, out);
  }

  void right(int64_t batch, int64_t depth, int64_t column, int64_t count, double* out) const {
    const int64_t image = batch / attrs_.group, element = depth % kernel_;
    const int64_t channel = batch % attrs_.group * (channels_ / attrs_.group) + depth / kernel_;
    const int64_t offsetGroup = channel / (channels_ / attrs_.offsetGroup);
    const int64_t place = (image * attrs_.offsetGroup + offsetGroup) * kernel_ + element;
    for (int64_t at = 0; at < count; ++at) {
      out[at] = sample(image * channels_ + channel, place, element, column + at);
      if (k_.has(kMask)) out[at] *= loadNumber<double>(k_.input(kMask), place * pixels_ + column + at);
    }
  }

  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    const int64_t channel = batch % attrs_.group * groupOutputs_ + row;
    const double bias = k_.has(kBias) ? loadNumber<double>(k_.input(kBias), channel) : 0.0;
    if (k_.has(kBias)) std::for_each_n(sums, count, [&](double& sum) { sum += bias; });
    storeNumbers(k_.output(0), (batch * groupOutputs_ + row) * pixels_ + column, count, sums);
  }

 private:
  // The input's plane at the place of a kernel element for an output pixel; 0 outside.
  double sample(int64_t plane, int64_t place, int64_t element, int64_t pixel) const {
    std::array<double, 3> low{}, fraction{};
    int64_t restElement = element, restPixel = pixel;
    for (size_t axis = 3; axis-- > 0;) {
      const WindowAxis& window = axes_[axis];
      double at = static_cast<double>(window.start(restPixel % window.output) +
                                      restElement % window.kernel * window.dilation);
      if (axis >= 3 - ownAxes_) {
        const auto own = static_cast<int64_t>(axis + ownAxes_ - 3), count = static_cast<int64_t>(ownAxes_);
        at += loadNumber<double>(k_.input(kOffset), (place * count + own) * pixels_ + pixel);
      }
      if (!(at > -1.0 && at < static_cast<double>(window.input))) return 0.0;
      low[axis] = std::floor(at);
      fraction[axis] = at - low[axis];
      restElement /= window.kernel;
      restPixel /= window.output;
    }
    double sum = 0;
    for (unsigned corner = 0; corner < 8; ++corner) {
      double weight = 1;
      int64_t index = plane;
      for (size_t axis = 0; axis < 3; ++axis) {
        const bool upper = (corner >> axis) & 1U;
        const int64_t at = static_cast<int64_t>(low[axis]) + upper;
        weight *= at < 0 || at >= axes_[axis].input ? 0.0 : upper ? fraction[axis] : 1 - fraction[axis];
        index = index * axes_[axis].input + at;
      }
      if (weight != 0.0) sum += weight * loadNumber<double>(k_.input(kData), index);
    }
    return sum;
  }

  const KernelContext& k_;
  const DeformConvAttributes& attrs_;
  WindowAxes axes_;  // three
  size_t ownAxes_ = 2;
  int64_t batch_ = 1, channels_ = 1, groupOutputs_ = 1, kernel_ = 1, pixels_ = 1;
};

void reference(KernelContext& k) {
  const Products products(k);
  for (size_t input : {kData, kWeight, kOffset}) numberClassOf(k.input(input).type);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const Shape& weight = graph.value(node.in[kWeight]).shape;
  if (weight.isStatic() && weight.rank() > 0 && weight[0].value() > 0)
    cost.macs = saturatingProduct(elementsOf(graph, node.out[0]), *weight.count() / weight[0].value());
  cost.operations = saturatingProduct(8, elementsOf(graph, node.in[kOffset]));
  return cost;
}

}  // namespace

constinit const Op deformConv{.name = "DeformConv",
                              .since = 19,
                              .sinceFor = sinceByType<SinceTable{.base = 19, .bf16 = 22}>,
                              .minInputs = 3,
                              .maxInputs = 5,
                              .attributes = DeformConvAttributes::read,
                              .infer = infer,
                              .reference = reference,
                              .cost = cost};

}  // namespace ridge::ops
