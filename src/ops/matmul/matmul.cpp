#include "ops/matmul/matmul.h"

#include "ops/cost_support.h"
#include "ops/dot.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

[[noreturn]] void cannotMultiply(const std::string& left, const std::string& right) {
  failInput("tensors of shape " + left + " and " + right + " cannot be multiplied");
}

// Leading dimensions, without the matrix's own two (or a vector's one).
Shape batchOf(const Shape& shape) {
  const auto kept = static_cast<std::ptrdiff_t>(std::max<int64_t>(0, shape.rank() - 2));
  return Shape(std::vector<Dim>(shape.dims().begin(), shape.dims().begin() + kept));
}

void infer(InferContext& c) {
  const DType type = requireSameType(c);
  const Shape &left = c.shape(0), &right = c.shape(1);
  if (!left.ranked() || !right.ranked()) return c.output(0, type, {});
  requireRank(c, 0, 1);
  requireRank(c, 1, 1);
  const Dim inner = left[left.rank() - 1], other = right[std::max<int64_t>(0, right.rank() - 2)];
  if (inner.isInteger() && other.isInteger() && inner.value() != other.value())
    cannotMultiply(left.toString(), right.toString());
  std::vector<Dim> dims = broadcast(batchOf(left), batchOf(right)).dims();
  if (left.rank() > 1) dims.push_back(left[left.rank() - 2]);
  if (right.rank() > 1) dims.push_back(right[right.rank() - 1]);
  c.output(0, type, Shape(std::move(dims)));
}

class MatMulMatrices {
 public:
  explicit MatMulMatrices(const KernelContext& k)
      : k_(k), g_(resolveMatMul(k.input(0).dims, k.input(1).dims)) {}

  DotShape shape() const {
    return {static_cast<int64_t>(g_.leftBatch.size()), g_.rows, g_.columns, g_.depth};
  }

  template <class T>
  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, T* out) const {
    const int64_t matrix = g_.leftBatch[static_cast<size_t>(batch)];
    loadNumbers(k_.input(0), (matrix * g_.rows + row) * g_.depth + depth, 1, count, out);
  }
  template <class T>
  void right(int64_t batch, int64_t depth, int64_t column, int64_t count, T* out) const {
    const int64_t matrix = g_.rightBatch[static_cast<size_t>(batch)];
    loadNumbers(k_.input(1), (matrix * g_.depth + depth) * g_.columns + column, 1, count, out);
  }
  template <class T>
  void store(int64_t batch, int64_t row, int64_t column, int64_t count, T* sums) const {
    storeNumbers(k_.output(0), (batch * g_.rows + row) * g_.columns + column, count, sums);
  }

 private:
  const KernelContext& k_;
  MatMulGeometry g_;
};

// Integer products wrap around; one row of the result at a time.
template <class T>
void integerProducts(const DotShape& shape, const MatMulMatrices& matrices) {
  parallelRanges(shape.batches * shape.rows, 1, [&](int64_t begin, int64_t end) {
    std::vector<uint64_t> sums(static_cast<size_t>(shape.columns));
    std::vector<T> line(sums.size()), result(sums.size());
    for (int64_t task = begin; task < end; ++task) {
      const int64_t batch = task / shape.rows, row = task % shape.rows;
      std::fill(sums.begin(), sums.end(), 0);
      for (int64_t k = 0; k < shape.depth; ++k) {
        T left;
        matrices.left(batch, row, k, 1, &left);
        matrices.right(batch, k, 0, shape.columns, line.data());
        for (size_t at = 0; at < sums.size(); ++at)
          sums[at] += static_cast<uint64_t>(left) * static_cast<uint64_t>(line[at]);
      }
      std::transform(sums.begin(), sums.end(), result.begin(),
                     [](uint64_t sum) { return static_cast<T>(sum); });
      matrices.store(batch, row, 0, shape.columns, result.data());
    }
  });
}

void reference(KernelContext& k) {
  const MatMulMatrices matrices(k);
  withArithmeticClass(k.input(0).type, [&]<class T>() {
    if constexpr (std::is_same_v<T, double>)
      dotProducts(matrices.shape(), matrices);
    else
      integerProducts<T>(matrices.shape(), matrices);
  });
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const Shape& left = graph.value(node.in[0]).shape;
  if (left.isStatic() && left.rank() > 0)
    cost.macs = saturatingProduct(elementsOf(graph, node.out[0]), left[left.rank() - 1].value());
  return cost;
}

// For each batch of the output the index of the operand's matrix.
Dims matrixIndexes(std::span<const int64_t> batch, std::span<const int64_t> own) {
  const int64_t count = elementCount(batch);
  Dims indexes;
  const std::span<const int64_t> inputs[] = {own};
  if (count > 0)
    BroadcastRuns(batch, inputs).visit(0, count, count, [&](int64_t, const BroadcastRuns::Run& run) {
      for (int64_t at = 0; at < run.length; ++at) indexes.push_back(run.offsets[0] + at * run.strides[0]);
    });
  return indexes;
}

}  // namespace

MatMulGeometry resolveMatMul(std::span<const int64_t> left, std::span<const int64_t> right) {
  if (left.empty() || right.empty()) cannotMultiply(toString(left), toString(right));
  MatMulGeometry g;
  g.depth = left.back();
  g.rows = left.size() > 1 ? left[left.size() - 2] : 1;
  g.columns = right.size() > 1 ? right.back() : 1;
  if (right[right.size() - std::min<size_t>(2, right.size())] != g.depth)
    cannotMultiply(toString(left), toString(right));
  const auto leftBatch = left.first(left.size() - std::min<size_t>(2, left.size()));
  const auto rightBatch = right.first(right.size() - std::min<size_t>(2, right.size()));
  g.batch = broadcast(leftBatch, rightBatch);
  if (g.rows > 0 && g.columns > 0) {
    g.leftBatch = matrixIndexes(g.batch, leftBatch);
    g.rightBatch = matrixIndexes(g.batch, rightBatch);
  }
  g.output = g.batch;
  if (left.size() > 1) g.output.push_back(g.rows);
  if (right.size() > 1) g.output.push_back(g.columns);
  return g;
}

constinit const Op ops::matMul{.name = "MatMul",
                               .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 13, .ints = 9}>,
                               .minInputs = 2,
                               .maxInputs = 2,
                               .infer = infer,
                               .reference = reference,
                               .cost = cost};

}  // namespace ridge
