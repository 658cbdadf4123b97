#include "ops/dot.h"

#include <gtest/gtest.h>

#include <vector>

namespace ridge {
namespace {

struct Matrices {
  const std::vector<float>&a, &b;
  DotShape shape;
  std::vector<double>& out;

  void left(int64_t batch, int64_t row, int64_t depth, int64_t count, double* to) const {
    for (int64_t at = 0; at < count; ++at)
      to[at] =
          static_cast<double>(a[static_cast<size_t>((batch * shape.rows + row) * shape.depth + depth + at)]);
  }
  void right(int64_t batch, int64_t depth, int64_t column, int64_t count, double* to) const {
    for (int64_t at = 0; at < count; ++at)
      to[at] = static_cast<double>(
          b[static_cast<size_t>((batch * shape.depth + depth) * shape.columns + column + at)]);
  }
  void store(int64_t batch, int64_t row, int64_t column, int64_t count, const double* sums) const {
    std::copy_n(sums, count, out.begin() + (batch * shape.rows + row) * shape.columns + column);
  }
};

std::vector<float> numbers(int64_t count, unsigned state) {
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) {
    state = state * 1664525 + 1013904223;
    value = static_cast<float>(state >> 8) / 8388608.0F - 1;
  }
  return values;
}

// The definition: one double sum per element, in order of depth. Bits must agree for every size and thread
// count.
TEST(DotProducts, AreSumsInOrderToTheLastBit) {
  for (const DotShape& shape : {DotShape{1, 1, 1, 1}, DotShape{2, 5, 70, 300}, DotShape{3, 67, 129, 128},
                                DotShape{1, 130, 3, 129}, DotShape{1, 3, 5, 0}, DotShape{0, 4, 4, 4}}) {
    const std::vector<float> a = numbers(shape.batches * shape.rows * shape.depth, 1);
    const std::vector<float> b = numbers(shape.batches * shape.depth * shape.columns, 2);
    std::vector<double> expected, actual(static_cast<size_t>(shape.batches * shape.rows * shape.columns), -1);
    for (int64_t batch = 0; batch < shape.batches; ++batch)
      for (int64_t row = 0; row < shape.rows; ++row)
        for (int64_t column = 0; column < shape.columns; ++column) {
          double sum = 0;
          for (int64_t k = 0; k < shape.depth; ++k)
            sum += static_cast<double>(a[static_cast<size_t>((batch * shape.rows + row) * shape.depth + k)]) *
                   static_cast<double>(
                       b[static_cast<size_t>((batch * shape.depth + k) * shape.columns + column)]);
          expected.push_back(sum);
        }
    dotProducts(shape, Matrices{a, b, shape, actual});
    EXPECT_EQ(actual, expected) << shape.rows << " x " << shape.columns << " x " << shape.depth;
  }
}

}  // namespace
}  // namespace ridge
