#include "ops/conv/conv.h"

#include "ops/conv/products.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void inferChannels(const InferContext& c, const Shape& weight) {
  const auto& attrs = c.attrs<ConvAttributes>();
  if (attrs.group < 1) c.fail("group must not be " + std::to_string(attrs.group));
  const Dim inputs = c.shape(0)[1], outputs = weight[0], groupInputs = weight[1];
  if (outputs.isInteger() && outputs.value() % attrs.group != 0)
    c.fail(outputs.toString() + " output channels do not divide into " + std::to_string(attrs.group) +
           " groups");
  if (!inputs.isInteger() || !groupInputs.isInteger()) return;
  if (inputs.value() % attrs.group != 0 || inputs.value() / attrs.group != groupInputs.value())
    c.fail("the input has " + inputs.toString() + " channels, the weights are made for " +
           std::to_string(attrs.group) + " groups of " + groupInputs.toString());
}

// Kernel sizes from the weights, else from the attribute; empty: unknown.
std::vector<int64_t> kernelOf(const InferContext& c, const Shape& weight) {
  const auto& attrs = c.attrs<ConvAttributes>();
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
  if (c.has(2) && c.shape(2).ranked()) requireRank(c, 2, 1, 1);
  inferConv(c, type, 1, 2);
}

class ConvMatrices : public ConvProducts {
 public:
  explicit ConvMatrices(const KernelContext& k)
      : ConvProducts(k.attrs<ConvAttributes>(), k.input(0), k.input(1)), k_(k) {}

  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    const double bias = k_.has(2) ? loadNumber<double>(k_.input(2), channel(batch, row)) : 0.0;
    if (k_.has(2)) std::for_each_n(sums, count, [&](double& sum) { sum += bias; });
    storeNumbers(k_.output(0), place(batch, row, column), count, sums);
  }

 private:
  const KernelContext& k_;
};

void reference(KernelContext& k) {
  const ConvMatrices matrices(k);
  dotProducts(matrices.shape(), matrices);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = convCost(node, graph, 1);
  if (node.in.size() > 2 && node.in[2] != kNoValue) cost.operations = elementsOf(graph, node.out[0]);
  return cost;
}

}  // namespace

void inferConv(InferContext& c, DType type, size_t weightInput, size_t biasInput) {
  const Shape &input = c.shape(0), &weight = c.shape(weightInput);
  if (!input.ranked() || !weight.ranked()) return c.output(0, type, {});
  requireRank(c, 0, 3, 5);
  requireRank(c, weightInput, input.rank(), input.rank());
  inferChannels(c, weight);
  std::vector<Dim> dims = {input[0], weight[0]};
  const Shape& bias = c.shape(biasInput);
  if (c.has(biasInput) && bias.ranked() && bias.rank() == 1) dims[1] = merge(dims[1], bias[0]);
  const std::vector<int64_t> kernel = kernelOf(c, weight);
  const std::span<const Dim> spatial = std::span(input.dims()).subspan(2);
  const std::vector<Dim> sizes = kernel.empty() ? std::vector<Dim>(spatial.size())
                                                : windowOutputs(c.attrs<ConvAttributes>(), kernel, spatial);
  dims.insert(dims.end(), sizes.begin(), sizes.end());
  c.output(0, type, Shape(std::move(dims)));
}

Cost convCost(const Node& node, const Graph& graph, size_t weightInput) {
  Cost cost = movedBytes(node, graph);
  const Shape& weight = graph.value(node.in[weightInput]).shape;
  if (weight.isStatic() && weight.rank() > 0 && weight[0].value() > 0)
    cost.macs = saturatingProduct(elementsOf(graph, node.out[0]), *weight.count() / weight[0].value());
  return cost;
}

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
