// ridge.qmatmul: bytes times constant weights, which are stored by output, rounded to bytes (rules 2 to 7).
#include "ir/matcher.h"
#include "ir/patch.h"
#include "ops/cost_support.h"
#include "ops/dot.h"
#include "ops/infer_support.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "ops/quantized/quantized.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<QMatMulAttributes>();
  requireRank(c, kQData, 1);
  requireRank(c, kQWeight, 2, 2);
  const Shape &x = c.shape(kQData), &weights = c.shape(kQWeight);
  const auto type = static_cast<DType>(attrs.type);
  if (!weights.ranked()) return c.output(0, type, {});
  requireSumInputs(c, attrs, weights[0]);
  if (!x.ranked()) return c.output(0, type, {});
  std::vector<Dim> dims = x.dims();
  if (dims.back().isInteger() && weights[1].isInteger() && dims.back().value() != weights[1].value())
    c.fail("rows of " + dims.back().toString() + " elements by weights for " + weights[1].toString());
  dims.back() = weights[0];
  c.output(0, type, Shape(std::move(dims)));
}

class Products {
 public:
  explicit Products(const KernelContext& k)
      : x_(k.input(kQData)),
        weights_(k.input(kQWeight)),
        out_(k.output(0)),
        outputs_(weights_.dims[0]),
        depth_(weights_.dims[1]),
        zero_(static_cast<double>(k.attrs<QMatMulAttributes>().xZero)),
        finish_(k, k.attrs<QMatMulAttributes>(), outputs_) {
    if (x_.dims.empty() || x_.dims.back() != depth_) k.fail("rows and weights have different lengths");
  }

  DotShape shape() const { return {1, outputs_ == 0 ? 0 : out_.count() / outputs_, outputs_, depth_}; }

  void left(int64_t, int64_t row, int64_t depth, int64_t count, double* out) const {
    loadNumbers(x_, row * depth_ + depth, 1, count, out);
    std::for_each_n(out, count, [&](double& value) { value -= zero_; });
  }
  void right(int64_t, int64_t depth, int64_t column, int64_t count, double* out) const {
    loadNumbers(weights_, column * depth_ + depth, depth_, count, out);
    for (int64_t at = 0; at < count; ++at) out[at] -= finish_.weightZero(column + at);
  }
  void store(int64_t, int64_t row, int64_t column, int64_t count, double* sums) const {
    const int64_t first = row * outputs_ + column;
    for (int64_t at = 0; at < count; ++at) sums[at] = finish_(sums[at], column + at, first + at);
    storeNumbers(out_, first, count, sums);
  }

 private:
  const TensorView &x_, &weights_, &out_;
  int64_t outputs_, depth_;
  double zero_;
  SumFinish finish_;
};

void reference(KernelContext& k) {
  const Products products(k);
  dotProducts(products.shape(), products);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const Shape& weights = graph.value(node.in[kQWeight]).shape;
  if (weights.isStatic()) cost.macs = saturatingProduct(elementsOf(graph, node.out[0]), weights[1].value());
  cost.operations = saturatingProduct(2, elementsOf(graph, node.out[0]));
  return cost;
}

void expandMatMul(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<QMatMulAttributes>();
  auto turn = std::make_shared<TransposeAttributes>();
  turn->perm = {1, 0};
  const ValueId x = dequantizedSteps(b, node.in[kQData], attrs.xZero, "x");
  const ValueId weights = b.node(transpose, std::move(turn), {expandedWeights(b, node)}, "weights");
  const ValueId sums = b.node(matMul, nullptr, {x, weights}, "sums");
  replaceBySteps(b, node, expandedSum(b, node, attrs, sums, 0), attrs);
}

}  // namespace

constinit const Op qMatMul{
    .name = "qmatmul",
    .domain = "ridge",
    .minInputs = 3,
    .maxInputs = static_cast<int>(kQInputs),
    .attributes = QMatMulAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = cost,
    .expand = expandMatMul,
    .traits = {.integer = true},
};

}  // namespace ridge::ops
