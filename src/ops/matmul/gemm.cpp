#include "ops/cost_support.h"
#include "ops/dot.h"
#include "ops/infer_support.h"
#include "ops/matmul/matmul.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<GemmAttributes>();
  const DType type = requireSameType(c);
  requireRank(c, 0, 2, 2);
  requireRank(c, 1, 2, 2);
  const Shape left = c.shape(0).ranked() ? c.shape(0) : unknownShape(2);
  const Shape right = c.shape(1).ranked() ? c.shape(1) : unknownShape(2);
  const Dim depth = left[attrs.transA ? 0 : 1], other = right[attrs.transB ? 1 : 0];
  if (depth.isInteger() && other.isInteger() && depth.value() != other.value())
    c.fail("matrices of shape " + left.toString() + " and " + right.toString() + " cannot be multiplied");
  const Shape output({left[attrs.transA ? 1 : 0], right[attrs.transB ? 0 : 1]});
  requireRank(c, 2, 0, 2);
  if (c.shape(2).isStatic() && output.isStatic() && broadcast(c.shape(2), output) != output)
    c.fail("C of shape " + c.shape(2).toString() + " does not fit a result of shape " + output.toString());
  c.output(0, type, output);
}

class GemmMatrices {
 public:
  explicit GemmMatrices(const KernelContext& k) : k_(k), attrs_(k.attrs<GemmAttributes>()) {
    const auto a = k.input(0).dims;
    shape_ = {1, k.output(0).dims[0], k.output(0).dims[1], attrs_.transA ? a[0] : a[1]};
    if (!k.has(2)) return;
    const auto c = k.input(2).dims;
    if (!c.empty() && c.back() != 1) addendColumn_ = 1;
    if (c.size() == 2 && c[0] != 1) addendRow_ = c[1];
  }

  const DotShape& shape() const { return shape_; }

  void left(int64_t, int64_t row, int64_t depth, int64_t count, double* out) const {
    if (attrs_.transA)
      loadNumbers(k_.input(0), depth * shape_.rows + row, shape_.rows, count, out);
    else
      loadNumbers(k_.input(0), row * shape_.depth + depth, 1, count, out);
  }
  void right(int64_t, int64_t depth, int64_t column, int64_t count, double* out) const {
    if (attrs_.transB)
      loadNumbers(k_.input(1), column * shape_.depth + depth, shape_.depth, count, out);
    else
      loadNumbers(k_.input(1), depth * shape_.columns + column, 1, count, out);
  }
  void store(int64_t, int64_t row, int64_t column, int64_t count, double* sums) const {
    const double alpha = static_cast<double>(attrs_.alpha), beta = static_cast<double>(attrs_.beta);
    for (int64_t at = 0; at < count; ++at) sums[at] *= alpha;
    if (k_.has(2)) {
      double addend[detail::kDotColumns];
      loadNumbers(k_.input(2), row * addendRow_ + column * addendColumn_, addendColumn_, count, addend);
      for (int64_t at = 0; at < count; ++at) sums[at] += beta * addend[at];
    }
    storeNumbers(k_.output(0), row * shape_.columns + column, count, sums);
  }

 private:
  const KernelContext& k_;
  const GemmAttributes& attrs_;
  DotShape shape_;
  int64_t addendRow_ = 0, addendColumn_ = 0;  // strides of C
};

void reference(KernelContext& k) {
  numberClassOf(k.input(0).type);
  const GemmMatrices matrices(k);
  dotProducts(matrices.shape(), matrices);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const Shape& left = graph.value(node.in[0]).shape;
  const int64_t outputs = elementsOf(graph, node.out[0]);
  if (left.isStatic() && left.rank() == 2)
    cost.macs = saturatingProduct(outputs, left[node.as<GemmAttributes>().transA ? 0 : 1].value());
  if (node.in.size() > 2 && node.in[2] != kNoValue) cost.operations = outputs;
  return cost;
}

int since(const Node& node, const Graph& graph) {
  const int byType = ops::sinceByType<ops::SinceTable{.base = 7, .bf16 = 13, .ints = 9}>(node, graph);
  const bool addend = node.in.size() > 2 && node.in[2] != kNoValue;
  return std::max(byType, addend ? 7 : 11);  // C is optional since 11
}

}  // namespace

constinit const Op ops::gemm{.name = "Gemm",
                             .since = 7,
                             .sinceFor = since,
                             .minInputs = 2,
                             .maxInputs = 3,
                             .attributes = GemmAttributes::read,
                             .infer = infer,
                             .reference = reference,
                             .cost = cost};

}  // namespace ridge
