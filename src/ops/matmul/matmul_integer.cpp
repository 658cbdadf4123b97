// MatMulInteger: a MatMul of bytes less their zero points, summed in int32.
#include "ops/cost_support.h"
#include "ops/matmul/integer_products.h"
#include "ops/ops.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  requireBytes(c, 0, 2);
  requireBytes(c, 1, 3);
  c.output(0, DType::i32, matMulShape(c.shape(0), c.shape(1)));
}

struct Products : IntegerProducts {
  explicit Products(const KernelContext& k)
      : IntegerProducts(k, {.left = 0, .right = 1, .leftZero = 2, .rightZero = 3}), out(k.output(0)) {}

  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    // int32 wraps around as integers do.
    int64_t whole[detail::kDotColumns];
    std::transform(sums, sums + count, whole, [](double sum) { return static_cast<int64_t>(sum); });
    storeNumbers(out, place(batch, row, column), count, whole);
  }

  const TensorView& out;
};

void reference(KernelContext& k) {
  const Products products(k);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  cost.macs = matMulMacs(node, graph, 0);
  return cost;
}

}  // namespace

constinit const Op matMulInteger{.name = "MatMulInteger",
                                 .since = 10,
                                 .minInputs = 2,
                                 .maxInputs = 4,
                                 .infer = infer,
                                 .reference = reference,
                                 .cost = cost};

}  // namespace ridge::ops
