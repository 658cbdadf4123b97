#include <fmt/format.h>

#include <algorithm>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/gemm/gemm_kernels.h"
#include "cpu/kernels/kernel_list.h"

namespace ridge::cpu {
namespace {

constexpr int64_t kSegments = 3, kLength = 19;

/// One tile, cut into two calls along K, with bias, residual and clamp.
std::string checkTile(Isa isa, int rows, int vectors, int columns) {
  const GemmKernels& kernels = gemmKernels(isa);
  const int64_t width = int64_t{vectors} * kernels.lanes, pitch = width + 5;
  const std::vector<float> a = randomFloats(rows * kSegments * kLength, 1),
                           b = randomFloats(kSegments * kLength * width, 2);
  const std::vector<float> bias = randomFloats(width, 3), residual = randomFloats(rows * pitch, 4);
  std::vector<float> sums(static_cast<size_t>(rows * width)), c(static_cast<size_t>(rows * pitch), 7.0f);
  std::vector<const float*> aRows, residualRows;
  std::vector<float*> cRows;
  for (int64_t i = 0; i < kSegments * rows; ++i) aRows.push_back(a.data() + i * kLength);
  for (int64_t r = 0; r < rows; ++r) {
    cRows.push_back(c.data() + r * pitch);
    residualRows.push_back(residual.data() + r * pitch);
  }
  GemmTile tile{};
  tile.a = aRows.data(), tile.aPitch = rows;
  tile.segments = 1, tile.length = kLength;
  tile.b = b.data(), tile.sums = sums.data();
  kernels.tile[vectors][rows](tile);
  tile.a += rows, tile.b += kLength * width, tile.segments = kSegments - 1;
  tile.resume = tile.finish = true;
  tile.c = cRows.data(), tile.columns = columns;
  tile.bias = bias.data(), tile.residual = residualRows.data();
  tile.lo = -2.0f, tile.hi = 2.5f;
  kernels.tile[vectors][rows](tile);

  std::vector<double> want(c.size(), 7.0);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t j = 0; j < columns; ++j) {
      const auto at = static_cast<size_t>(r * pitch + j);
      double sum = static_cast<double>(bias[static_cast<size_t>(j)]) + static_cast<double>(residual[at]);
      for (int64_t s = 0; s < kSegments; ++s)
        for (int64_t k = 0; k < kLength; ++k)
          sum += static_cast<double>(a[static_cast<size_t>((s * rows + r) * kLength + k)]) *
                 static_cast<double>(b[static_cast<size_t>((s * kLength + k) * width + j)]);
      want[at] = std::clamp(sum, -2.0, 2.5);
    }
  return difference(fmt::format("{} rows, {} columns", rows, columns), c, want, 1e-4);
}

std::string checkGemm(Isa isa, int maxRows, int vectors) {
  const int lanes = gemmKernels(isa).lanes, width = vectors * lanes;
  for (int rows = 1; rows <= maxRows; ++rows)
    for (const int columns : {width, width - 1, width - lanes + 1})
      if (std::string problem = checkTile(isa, rows, vectors, columns); !problem.empty()) return problem;
  return {};
}

}  // namespace

void listGemmKernels(KernelList& list) {
#define RIDGE_GEMM(level, rows, vectors)                                                 \
  {                                                                                      \
    const int width = vectors * gemmKernels(Isa::level).lanes;                           \
    list.push_back({fmt::format("gemm_f32_{}x{}", rows, width), "gemm", Isa::level,      \
                    fmt::format("up to {} rows x {} columns in registers", rows, width), \
                    [] { return checkGemm(Isa::level, rows, vectors); }});               \
  }
#include "cpu/kernels/gemm/kernels.inc"
#undef RIDGE_GEMM
}

}  // namespace ridge::cpu
