// QLinearMatMul: bytes times bytes, requantized to bytes.
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/matmul/integer_products.h"
#include "ops/ops.h"
#include "ops/quantize/requantize.h"

namespace ridge::ops {
namespace {

enum Input : size_t { kLeft, kLeftScale, kLeftZero, kRight, kRightScale, kRightZero, kScale, kZero };

void infer(InferContext& c) {
  requireBytes(c, kLeft, kLeftZero);
  requireBytes(c, kRight, kRightZero);
  requireBytes(c, kZero, kZero);
  for (size_t input : {kLeftScale, kRightScale, kScale}) requireFloat(c, input);
  c.output(0, c.type(kZero), matMulShape(c.shape(kLeft), c.shape(kRight)));
}

class Products : public IntegerProducts {
 public:
  explicit Products(const KernelContext& k)
      : IntegerProducts(k, {.left = kLeft, .right = kRight, .leftZero = kLeftZero, .rightZero = kRightZero}),
        out_(k.output(0)),
        leftScale_(ofRows(k, kLeftScale)),
        rightScale_(ofColumns(k, kRightScale)),
        scale_(k, kScale, geometry().rows, geometry().batches()),
        zero_(k, kZero, geometry().rows, geometry().batches()) {}

  void store(int64_t batch, int64_t row, int64_t column, int64_t count, double* sums) const {
    const int64_t left = geometry().leftMatrix(batch), right = geometry().rightMatrix(batch);
    const Requantizer requantize(out_.type, zero_(batch, row));
    const auto leftScale = static_cast<float>(leftScale_(left, row)),
               scale = static_cast<float>(scale_(batch, row));
    for (int64_t at = 0; at < count; ++at) {
      const float multiplier = leftScale * static_cast<float>(rightScale_(right, column + at)) / scale;
      sums[at] = requantize(sums[at], multiplier);
    }
    storeNumbers(out_, place(batch, row, column), count, sums);
  }

 private:
  const TensorView& out_;
  PerLine leftScale_, rightScale_, scale_, zero_;
};

void reference(KernelContext& k) {
  const Products products(k);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = elementwiseCost(node, graph, 2);
  cost.macs = matMulMacs(node, graph, kLeft);
  return cost;
}

int sinceFor(const Node& node, const Graph& graph) {
  return graph.value(node.in[kScale]).type == DType::f32 ? 10 : 21;
}

}  // namespace

constinit const Op qLinearMatMul{.name = "QLinearMatMul",
                                 .since = 10,
                                 .sinceFor = sinceFor,
                                 .minInputs = 8,
                                 .maxInputs = 8,
                                 .infer = infer,
                                 .reference = reference,
                                 .cost = cost};

}  // namespace ridge::ops
