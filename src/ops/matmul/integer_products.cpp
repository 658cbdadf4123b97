#include "ops/matmul/integer_products.h"

namespace ridge::ops {

PerLine::PerLine(const KernelContext& k, size_t input, int64_t lines, int64_t matrices) {
  if (!k.has(input)) return;
  const TensorView& view = k.input(input);
  numberClassOf(view.type);
  view_ = &view;
  const int64_t count = view.count();
  if (count == 1) return;
  perLine_ = 1;
  if (count == lines) return;
  perMatrix_ = lines;
  if (count != lines * matrices) k.fail("a scale or zero point does not fit the matrices");
}

IntegerProducts::IntegerProducts(const KernelContext& k, const Inputs& inputs)
    : left_(k.input(inputs.left)),
      right_(k.input(inputs.right)),
      geometry_(resolveMatMul(left_.dims, right_.dims)),
      leftZero_(ofRows(k, inputs.leftZero)),
      rightZero_(ofColumns(k, inputs.rightZero)) {}

PerLine IntegerProducts::ofRows(const KernelContext& k, size_t input) const {
  const int64_t elements = geometry_.rows * geometry_.depth;
  return {k, input, geometry_.rows, elements == 0 ? 1 : left_.count() / elements};
}

PerLine IntegerProducts::ofColumns(const KernelContext& k, size_t input) const {
  const int64_t elements = geometry_.columns * geometry_.depth;
  return {k, input, geometry_.columns, elements == 0 ? 1 : right_.count() / elements};
}

void IntegerProducts::left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* out) const {
  const int64_t matrix = geometry_.leftMatrix(batch);
  loadNumbers(left_, (matrix * geometry_.rows + row) * geometry_.depth + depth, 1, count, out);
  const double zero = leftZero_(matrix, row);
  if (zero != 0.0) std::for_each_n(out, count, [&](double& value) { value -= zero; });
}

void IntegerProducts::right(int64_t batch, int64_t depth, int64_t column, int64_t count, double* out) const {
  const int64_t matrix = geometry_.rightMatrix(batch);
  loadNumbers(right_, (matrix * geometry_.depth + depth) * geometry_.columns + column, 1, count, out);
  if (!rightZero_.there()) return;
  for (int64_t at = 0; at < count; ++at) out[at] -= rightZero_(matrix, column + at);
}

void requireBytes(const InferContext& c, size_t data, size_t zero) {
  const DType type = c.type(data);
  c.require(type == DType::undefined || type == DType::u8 || type == DType::i8,
            "the elements must be bytes, int8 or uint8");
  c.require(
      !c.has(zero) || type == DType::undefined || c.type(zero) == DType::undefined || type == c.type(zero),
      "a zero point has another type than its elements");
}

}  // namespace ridge::ops
