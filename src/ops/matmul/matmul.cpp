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
  c.output(0, type, matMulShape(c.shape(0), c.shape(1)));
}

class MatMulMatrices {
 public:
  explicit MatMulMatrices(const KernelContext& k)
      : k_(k), g_(resolveMatMul(k.input(0).dims, k.input(1).dims)) {}

  DotShape shape() const { return {g_.batches(), g_.rows, g_.columns, g_.depth}; }

  template <class T>
  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, T* out) const {
    const int64_t matrix = g_.leftMatrix(batch);
    loadNumbers(k_.input(0), (matrix * g_.rows + row) * g_.depth + depth, 1, count, out);
  }
  template <class T>
  void right(int64_t batch, int64_t depth, int64_t column, int64_t count, T* out) const {
    const int64_t matrix = g_.rightMatrix(batch);
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

// Integer products wrap around; part of a row of the result at a time.
template <class T>
void integerProducts(const DotShape& shape, const MatMulMatrices& matrices) {
  constexpr int64_t kBlock = 256;
  const int64_t blocks = (shape.columns + kBlock - 1) / kBlock;
  parallelRanges(shape.batches * shape.rows * blocks, 1, [&](int64_t begin, int64_t end) {
    T line[kBlock], result[kBlock];
    uint64_t sums[kBlock];
    for (int64_t task = begin; task < end; ++task) {
      const int64_t batch = task / blocks / shape.rows, row = task / blocks % shape.rows;
      const int64_t column = task % blocks * kBlock, count = std::min(kBlock, shape.columns - column);
      std::fill_n(sums, count, 0);
      for (int64_t k = 0; k < shape.depth; ++k) {
        T left;
        matrices.left(batch, row, k, 1, &left);
        matrices.right(batch, k, column, count, line);
        for (int64_t at = 0; at < count; ++at)
          sums[at] += static_cast<uint64_t>(left) * static_cast<uint64_t>(line[at]);
      }
      std::transform(sums, sums + count, result, [](uint64_t sum) { return static_cast<T>(sum); });
      matrices.store(batch, row, column, count, result);
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
  cost.macs = matMulMacs(node, graph, 0);
  return cost;
}

// Leading dimensions of an operand, from the outermost of `rank` batch axes on; ones where it has none.
MatMulGeometry::Axes leading(std::span<const int64_t> dims, size_t rank) {
  MatMulGeometry::Axes batch(rank, 1);
  const size_t own = dims.size() - std::min<size_t>(2, dims.size());
  std::copy_n(dims.begin(), own, batch.end() - own);
  return batch;
}

MatMulGeometry::Axes stepsOf(const MatMulGeometry::Axes& batch) {
  MatMulGeometry::Axes steps(batch.size());
  int64_t step = 1;
  for (size_t axis = batch.size(); axis-- > 0;) {
    steps[axis] = batch[axis] == 1 ? 0 : step;
    step *= batch[axis];
  }
  return steps;
}

}  // namespace

int64_t matMulMacs(const Node& node, const Graph& graph, size_t leftInput) {
  const Shape& left = graph.value(node.in[leftInput]).shape;
  if (!left.isStatic() || left.rank() == 0) return 0;
  return saturatingProduct(elementsOf(graph, node.out[0]), left[left.rank() - 1].value());
}

Shape matMulShape(const Shape& left, const Shape& right) {
  if (!left.ranked() || !right.ranked()) return {};
  if (left.rank() == 0 || right.rank() == 0) cannotMultiply(left.toString(), right.toString());
  const Dim inner = left[left.rank() - 1], other = right[std::max<int64_t>(0, right.rank() - 2)];
  if (inner.isInteger() && other.isInteger() && inner.value() != other.value())
    cannotMultiply(left.toString(), right.toString());
  std::vector<Dim> dims = broadcast(batchOf(left), batchOf(right)).dims();
  if (left.rank() > 1) dims.push_back(left[left.rank() - 2]);
  if (right.rank() > 1) dims.push_back(right[right.rank() - 1]);
  return Shape(std::move(dims));
}

MatMulGeometry resolveMatMul(std::span<const int64_t> left, std::span<const int64_t> right) {
  if (left.empty() || right.empty()) cannotMultiply(toString(left), toString(right));
  MatMulGeometry g;
  g.depth = left.back();
  g.rows = left.size() > 1 ? left[left.size() - 2] : 1;
  g.columns = right.size() > 1 ? right.back() : 1;
  if (right[right.size() - std::min<size_t>(2, right.size())] != g.depth)
    cannotMultiply(toString(left), toString(right));
  const size_t rank = std::max({size_t{2}, left.size(), right.size()}) - 2;
  const MatMulGeometry::Axes leftBatch = leading(left, rank), rightBatch = leading(right, rank);
  g.batch = leftBatch;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (leftBatch[axis] == 1) g.batch[axis] = rightBatch[axis];
    if (g.batch[axis] != rightBatch[axis] && rightBatch[axis] != 1)
      cannotMultiply(toString(left), toString(right));
  }
  g.leftSteps = stepsOf(leftBatch);
  g.rightSteps = stepsOf(rightBatch);
  return g;
}

int64_t MatMulGeometry::batches() const {
  return elementCount(batch);
}

int64_t MatMulGeometry::matrix(int64_t at, const Axes& steps) const {
  int64_t index = 0;
  for (size_t axis = batch.size(); axis-- > 0;) {
    index += at % batch[axis] * steps[axis];
    at /= batch[axis];
  }
  return index;
}

constinit const Op ops::matMul{.name = "MatMul",
                               .sinceFor = ops::sinceByType<ops::SinceTable{.bf16 = 13, .ints = 9}>,
                               .minInputs = 2,
                               .maxInputs = 2,
                               .infer = infer,
                               .reference = reference,
                               .cost = cost};

}  // namespace ridge
