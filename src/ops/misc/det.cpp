// Det: determinants of square matrices, by elimination with row pivots.
#include <cmath>
#include <utility>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const Shape& in = c.shape(0);
  requireFloat(c, 0);
  requireRank(c, 0, 2);
  if (!in.ranked()) return c.output(0, c.type(0), Shape());
  const Dim &rows = in.dims()[in.dims().size() - 2], &columns = in.dims().back();
  c.require(!rows.isInteger() || !columns.isInteger() || rows == columns, "the matrices are not square");
  c.output(0, c.type(0), Shape(std::vector<Dim>(in.dims().begin(), in.dims().end() - 2)));
}

// Brings the row with the largest element of a column up; false when all are 0.
bool pivot(double* matrix, size_t size, size_t column, double& product) {
  size_t best = column;
  for (size_t row = column + 1; row < size; ++row)
    if (std::fabs(matrix[row * size + column]) > std::fabs(matrix[best * size + column])) best = row;
  if (matrix[best * size + column] == 0) return false;
  if (best == column) return true;
  for (size_t at = 0; at < size; ++at) std::swap(matrix[best * size + at], matrix[column * size + at]);
  product = -product;
  return true;
}

double determinant(double* matrix, size_t size) {
  double product = 1;
  for (size_t column = 0; column < size; ++column) {
    if (!pivot(matrix, size, column, product)) return 0;
    const double* top = matrix + column * size;
    product *= top[column];
    for (size_t row = column + 1; row < size; ++row) {
      const double factor = matrix[row * size + column] / top[column];
      for (size_t at = column; at < size; ++at) matrix[row * size + at] -= factor * top[at];
    }
  }
  return product;
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const int64_t size = in.dims.back();
  auto* matrix = reinterpret_cast<double*>(k.scratch().data());
  for (int64_t at = 0, count = out.count(); at < count; ++at) {
    loadNumbers(in, at * size * size, 1, size * size, matrix);
    storeNumber(out, at, determinant(matrix, static_cast<size_t>(size)));
  }
}

int64_t sizeOfMatrix(const Node& node, const Graph& graph) {
  const Shape& shape = graph.value(node.in[0]).shape;
  return shape.isStatic() ? shape.dims().back().value() : 0;
}

size_t scratch(const Node& node, const Graph& graph) {
  const auto size = static_cast<size_t>(sizeOfMatrix(node, graph));
  return size * size * sizeof(double);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const int64_t columns = sizeOfMatrix(node, graph);
  cost.macs = saturatingProduct(elementsOf(graph, node.in[0]), columns) / 3;
  return cost;
}

}  // namespace

constinit const Op det{
    .name = "Det",
    .since = 11,
    .sinceFor = sinceByType<SinceTable{.base = 11, .bf16 = 22}>,
    .infer = infer,
    .reference = reference,
    .scratch = scratch,
    .cost = cost,
};

}  // namespace ridge::ops
