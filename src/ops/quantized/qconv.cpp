// ridge.qconv: a convolution of bytes with its bias, clamp and residual, and the rounding to bytes (rules 2
// to 7).
#include "ir/matcher.h"
#include "ir/patch.h"
#include "ops/conv/products.h"
#include "ops/cost_support.h"
#include "ops/ops.h"
#include "ops/quantized/quantized.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<QConvAttributes>();
  if (c.shape(kQWeight).ranked() && c.shape(kQWeight).rank() > 0)
    requireSumInputs(c, attrs, c.shape(kQWeight)[0]);
  inferConv(c, static_cast<DType>(attrs.type), kQWeight, kQMultiplier);
}

class Products : public ConvProducts {
 public:
  explicit Products(const KernelContext& k)
      : ConvProducts(k.attrs<QConvAttributes>(), k.input(kQData), k.input(kQWeight)),
        out_(k.output(0)),
        finish_(k, k.attrs<QConvAttributes>(), k.input(kQWeight).dims[0]) {
    subtract(static_cast<double>(k.attrs<QConvAttributes>().xZero));
  }

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const {
    ConvProducts::left(batch, row, depth, count, out);
    const double zero = finish_.weightZero(channel(batch, row));
    if (zero != 0.0) std::for_each_n(out, count, [&](double& value) { value -= zero; });
  }
  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    const int64_t first = place(batch, row, column);
    for (int64_t at = 0; at < count; ++at) sums[at] = finish_(sums[at], channel(batch, row), first + at);
    storeNumbers(out_, first, count, sums);
  }

 private:
  const TensorView& out_;
  SumFinish finish_;
};

void reference(KernelContext& k) {
  const Products products(k);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = convCost(node, graph, kQWeight);
  cost.operations = saturatingProduct(2, elementsOf(graph, node.out[0]));
  return cost;
}

void expandConv(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<QConvAttributes>();
  auto plain = std::make_shared<ConvAttributes>();
  static_cast<WindowAttributes&>(*plain) = attrs;
  plain->group = attrs.group;
  const ValueId x = dequantizedSteps(b, node.in[kQData], attrs.xZero, "x");
  const auto spatial = static_cast<size_t>(b.value(node.in[kQWeight]).shape.rank() - 2);
  const ValueId sums = b.node(conv, std::move(plain), {x, expandedWeights(b, node)}, "sums");
  replaceBySteps(b, node, expandedSum(b, node, attrs, sums, spatial), attrs);
}

}  // namespace

constinit const Op qConv{
    .name = "qconv",
    .domain = "ridge",
    .minInputs = 3,
    .maxInputs = static_cast<int>(kQInputs),
    .attributes = QConvAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = cost,
    .expand = expandConv,
    .traits = {.integer = true},
};

}  // namespace ridge::ops
