// Matrix products of several ranks and strides against the definition.
#include "cpu/kernels/gemm/matmul.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "reference.h"

namespace ridge::cpu {
namespace {

using Strides = std::vector<int64_t>;

struct Case {
  const char* name;
  MatMulShape shape;
};

MatMulShape shapeOf(Strides batch, int64_t m, int64_t n, int64_t k, Strides a, Strides b, Strides out) {
  MatMulShape shape{std::move(batch), m, n, k, std::move(a), std::move(b), std::move(out), {}};
  shape.residual = shape.out;
  return shape;
}

std::vector<Case> cases() {
  return {
      {"plain", shapeOf({}, 13, 75, 40, {40, 1}, {75, 1}, {75, 1})},
      {"vector times transposed", shapeOf({}, 1, 130, 300, {300, 1}, {1, 300}, {130, 1})},
      {"shared right side", shapeOf({3, 4}, 5, 33, 20, {400, 100, 20, 1}, {0, 0, 33, 1}, {660, 165, 33, 1})},
      {"shared, gaps", shapeOf({3, 4}, 5, 33, 20, {500, 110, 22, 1}, {0, 0, 33, 1}, {800, 190, 35, 1})},
      {"batched", shapeOf({2, 3}, 7, 18, 9, {189, 63, 9, 1}, {486, 162, 18, 1}, {378, 126, 18, 1})},
      {"left broadcast", shapeOf({5}, 6, 10, 8, {0, 8, 1}, {80, 10, 1}, {60, 10, 1})},
      {"heads: scores", shapeOf({2, 4}, 6, 6, 8, {192, 8, 32, 1}, {192, 8, 1, 32}, {144, 36, 6, 1})},
      {"left transposed", shapeOf({2}, 11, 20, 14, {154, 1, 11}, {280, 20, 1}, {220, 20, 1})},
      {"outer broadcast, inner not",
       shapeOf({2, 3}, 4, 17, 5, {60, 20, 5, 1}, {0, 85, 17, 1}, {204, 68, 17, 1})}};
}

int64_t extent(const MatMulShape& s, const Strides& strides, int64_t rows, int64_t columns) {
  int64_t last = (rows - 1) * strides[s.batch.size()] + (columns - 1) * strides[s.batch.size() + 1];
  for (size_t i = 0; i < s.batch.size(); ++i) last += (s.batch[i] - 1) * strides[i];
  return last + 1;
}

std::vector<double> expected(const MatMulShape& s, const std::vector<float>& a, const std::vector<float>& b,
                             const std::vector<float>& bias, const std::vector<float>& residual) {
  std::vector<double> want(residual.size(), 7.0);
  int64_t matrices = 1;
  for (const int64_t n : s.batch) matrices *= n;
  for (int64_t index = 0; index < matrices; ++index) {
    int64_t aAt = 0, bAt = 0, outAt = 0, rest = index;
    for (size_t i = s.batch.size(); i-- > 0; rest /= s.batch[i]) {
      const int64_t step = rest % s.batch[i];
      aAt += step * s.a[i], bAt += step * s.b[i], outAt += step * s.out[i];
    }
    const size_t row = s.batch.size(), column = row + 1;
    for (int64_t m = 0; m < s.rows; ++m)
      for (int64_t n = 0; n < s.columns; ++n) {
        const auto to = static_cast<size_t>(outAt + m * s.out[row] + n * s.out[column]);
        double sum = static_cast<double>(bias[static_cast<size_t>(n)]) + static_cast<double>(residual[to]);
        for (int64_t k = 0; k < s.depth; ++k)
          sum += static_cast<double>(a[static_cast<size_t>(aAt + m * s.a[row] + k * s.a[column])]) *
                 static_cast<double>(b[static_cast<size_t>(bAt + k * s.b[row] + n * s.b[column])]);
        want[to] = std::max(sum, -2.0);
      }
  }
  return want;
}

TEST(MatMul, EqualsTheDefinition) {
  for (const Isa isa : isasHere())
    for (const Case& test : cases())
      for (const int parts : {1, 3}) {
        const MatMulShape& s = test.shape;
        const std::vector<float> a = randomFloats(extent(s, s.a, s.rows, s.depth), 1);
        const std::vector<float> b = randomFloats(extent(s, s.b, s.depth, s.columns), 2);
        const std::vector<float> bias = randomFloats(s.columns, 3);
        const std::vector<float> residual = randomFloats(extent(s, s.out, s.rows, s.columns), 4);
        const MatMul matmul(s, isa);
        std::vector<std::byte> packedBytes, workspace;
        float* packed = align64(packedBytes, static_cast<size_t>(matmul.packedFloats()) * sizeof(float));
        auto* scratch = reinterpret_cast<std::byte*>(align64(workspace, matmul.workspace(parts)));
        GemmEpilogue epilogue;
        epilogue.bias = bias.data(), epilogue.residual = residual.data(), epilogue.lo = -2.0f;
        std::vector<float> out(residual.size(), 7.0f);
        for (int part = 0; part < parts; ++part) matmul.pack(b.data(), packed, part, parts);
        for (int part = 0; part < parts; ++part)
          matmul.run(a.data(), packed, epilogue, out.data(), scratch, part, parts);
        EXPECT_EQ(difference(test.name, out, expected(s, a, b, bias, residual), 1e-4), "") << name(isa);
      }
}

TEST(MatMul, HookRowsAreNumberedThroughTheBatch) {
  for (const Case& test : cases()) {
    const MatMulShape& s = test.shape;
    const std::vector<float> a = randomFloats(extent(s, s.a, s.rows, s.depth), 1);
    const std::vector<float> b = randomFloats(extent(s, s.b, s.depth, s.columns), 2);
    const MatMul matmul(s);
    std::vector<std::byte> packedBytes, workspace;
    float* packed = align64(packedBytes, static_cast<size_t>(matmul.packedFloats()) * sizeof(float));
    auto* scratch = reinterpret_cast<std::byte*>(align64(workspace, matmul.workspace(2)));
    int64_t rows = s.rows;
    for (const int64_t n : s.batch) rows *= n;
    std::vector<int> seen(static_cast<size_t>(rows * s.columns), 0);
    struct Context {
      std::vector<int>* seen;
      int64_t columns;
    } context{&seen, s.columns};
    GemmEpilogue epilogue;
    epilogue.hookContext = &context;
    epilogue.hook = [](void* opaque, const GemmBlock& block) {
      const auto& to = *static_cast<Context*>(opaque);
      for (int64_t r = 0; r < block.rows; ++r)
        for (int64_t c = 0; c < block.columns; ++c)
          ++to.seen->at(static_cast<size_t>((block.row + r) * to.columns + block.column + c));
    };
    matmul.pack(b.data(), packed, 0, 1);
    for (int part = 0; part < 2; ++part) matmul.run(a.data(), packed, epilogue, nullptr, scratch, part, 2);
    EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; })) << test.name;
  }
}

}  // namespace
}  // namespace ridge::cpu
