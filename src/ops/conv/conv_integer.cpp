// ConvInteger: a Conv of bytes less their zero points, summed in int32.
#include "ops/conv/products.h"
#include "ops/matmul/integer_products.h"
#include "ops/ops.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  requireBytes(c, 0, 2);
  requireBytes(c, 1, 3);
  inferConv(c, DType::i32, 1, 4);
}

class Products : public ConvProducts {
 public:
  explicit Products(const KernelContext& k)
      : ConvProducts(k.attrs<ConvAttributes>(), k.input(0), k.input(1)),
        out_(k.output(0)),
        weightZero_(k, 3, k.input(1).dims[0], 1) {
    if (!k.has(2)) return;
    if (k.input(2).count() != 1) k.fail("the input's zero point must be a scalar");
    subtract(loadNumber<double>(k.input(2), 0));
  }

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const {
    ConvProducts::left(batch, row, depth, count, out);
    const double zero = weightZero_(0, channel(batch, row));
    if (zero != 0.0) std::for_each_n(out, count, [&](double& value) { value -= zero; });
  }
  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    // Exact sums; int32 wraps around as integers do.
    int64_t whole[detail::kDotColumns];
    std::transform(sums, sums + count, whole, [](double sum) { return static_cast<int64_t>(sum); });
    storeNumbers(out_, place(batch, row, column), count, whole);
  }

 private:
  const TensorView& out_;
  PerLine weightZero_;
};

void reference(KernelContext& k) {
  const Products products(k);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  return convCost(node, graph, 1);
}

}  // namespace

constinit const Op convInteger{.name = "ConvInteger",
                               .since = 10,
                               .minInputs = 2,
                               .maxInputs = 4,
                               .attributes = ConvAttributes::read,
                               .infer = infer,
                               .reference = reference,
                               .cost = cost};

}  // namespace ridge::ops
