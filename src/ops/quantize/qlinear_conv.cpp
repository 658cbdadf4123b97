// QLinearConv: a Conv of bytes less their zero points plus an int32 bias, requantized to bytes.
#include "ops/conv/products.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/matmul/integer_products.h"
#include "ops/ops.h"
#include "ops/quantize/requantize.h"

namespace ridge::ops {
namespace {

enum Input : size_t {
  kData,
  kDataScale,
  kDataZero,
  kWeight,
  kWeightScale,
  kWeightZero,
  kScale,
  kZero,
  kBias
};

void infer(InferContext& c) {
  requireBytes(c, kData, kDataZero);
  requireBytes(c, kWeight, kWeightZero);
  requireBytes(c, kZero, kZero);
  for (size_t input : {kDataScale, kWeightScale, kScale}) requireFloat(c, input);
  c.require(c.type(kBias) == DType::undefined || c.type(kBias) == DType::i32, "the bias must be int32");
  requireRank(c, kBias, 1, 1);
  inferConv(c, c.type(kZero), kWeight, kBias);
}

class Products : public ConvProducts {
 public:
  explicit Products(const KernelContext& k)
      : ConvProducts(k.attrs<ConvAttributes>(), k.input(kData), k.input(kWeight)),
        k_(k),
        dataScale_(static_cast<float>(scalar(k, kDataScale))),
        scale_(static_cast<float>(scalar(k, kScale))),
        requantize_(k.output(0).type, scalar(k, kZero)),
        weightScale_(k, kWeightScale, k.input(kWeight).dims[0], 1),
        weightZero_(k, kWeightZero, k.input(kWeight).dims[0], 1) {
    subtract(scalar(k, kDataZero));
  }

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const {
    ConvProducts::left(batch, row, depth, count, out);
    const double zero = weightZero_(0, channel(batch, row));
    if (zero != 0.0) std::for_each_n(out, count, [&](double& value) { value -= zero; });
  }

  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    const int64_t made = channel(batch, row);
    const double bias = k_.has(kBias) ? loadNumber<double>(k_.input(kBias), made) : 0.0;
    const float multiplier = dataScale_ * static_cast<float>(weightScale_(0, made)) / scale_;
    for (int64_t at = 0; at < count; ++at) sums[at] = requantize_(sums[at] + bias, multiplier);
    storeNumbers(k_.output(0), place(batch, row, column), count, sums);
  }

 private:
  static double scalar(const KernelContext& k, size_t input) {
    if (k.input(input).count() != 1) k.fail("the scales and zero points of data and result must be scalars");
    return loadNumber<double>(k.input(input), 0);
  }

  const KernelContext& k_;
  float dataScale_, scale_;
  Requantizer requantize_;
  PerLine weightScale_, weightZero_;
};

void reference(KernelContext& k) {
  const Products products(k);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = convCost(node, graph, kWeight);
  cost.operations = saturatingProduct(2, elementsOf(graph, node.out[0]));
  return cost;
}

}  // namespace

constinit const Op qLinearConv{.name = "QLinearConv",
                               .since = 10,
                               .minInputs = 8,
                               .maxInputs = 9,
                               .attributes = ConvAttributes::read,
                               .infer = infer,
                               .reference = reference,
                               .cost = cost};

}  // namespace ridge::ops
