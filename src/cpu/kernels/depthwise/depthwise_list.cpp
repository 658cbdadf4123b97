#include <fmt/format.h>

#include <algorithm>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/depthwise/depthwise_kernels.h"
#include "cpu/kernels/kernel_list.h"

namespace ridge::cpu {
namespace {

std::string checkTile(const DepthwiseFamily& family, int pixels, int64_t channels, int64_t multiplier) {
  constexpr int64_t kRows = 3;
  const int64_t columns = (pixels - 1) * family.stride + family.kernel, inputs = channels / multiplier;
  const std::vector<float> in = randomFloats(kRows * columns * inputs, 1);
  const std::vector<float> weights = randomFloats(kRows * family.kernel * channels, 2);
  const std::vector<float> bias = randomFloats(channels, 3), residual = randomFloats(pixels * channels, 4);
  std::vector<float> out(static_cast<size_t>(pixels * channels));
  std::vector<const float*> inAt, weightRows, residualAt;
  std::vector<float*> outAt;
  for (int64_t i = 0; i < kRows * columns; ++i) inAt.push_back(in.data() + i * inputs);
  for (int64_t r = 0; r < kRows; ++r) weightRows.push_back(weights.data() + r * family.kernel * channels);
  for (int64_t p = 0; p < pixels; ++p) {
    outAt.push_back(out.data() + p * channels);
    residualAt.push_back(residual.data() + p * channels);
  }
  DepthwiseTile tile{};
  tile.in = inAt.data(), tile.rows = kRows, tile.weights = weightRows.data();
  tile.channels = tile.end = channels, tile.multiplier = multiplier;
  tile.out = outAt.data(), tile.bias = bias.data(), tile.residual = residualAt.data();
  tile.lo = -0.5f, tile.hi = 1.0f;
  family.tile[pixels](tile);
  const std::vector<float> byPointer = out;
  std::vector<const float*> rowAt;
  for (int64_t r = 0; r < kRows; ++r) rowAt.push_back(in.data() + r * columns * inputs);
  tile.in = rowAt.data(), tile.pixelStride = inputs;
  family.tile[pixels](tile);
  if (std::string problem = bitDifference("pixels at a stride", out, byPointer); !problem.empty())
    return problem;
  std::vector<double> want(out.size());
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t c = 0; c < channels; ++c) {
      const auto at = static_cast<size_t>(p * channels + c);
      double sum = static_cast<double>(bias[static_cast<size_t>(c)]) + static_cast<double>(residual[at]);
      for (int64_t r = 0; r < kRows; ++r)
        for (int64_t k = 0; k < family.kernel; ++k)
          sum +=
              static_cast<double>(
                  in[static_cast<size_t>((r * columns + p * family.stride + k) * inputs + c / multiplier)]) *
              static_cast<double>(weights[static_cast<size_t>((r * family.kernel + k) * channels + c)]);
      want[at] = std::clamp(sum, -0.5, 1.0);
    }
  return difference(fmt::format("{} pixels, {} channels", pixels, channels), out, want, 1e-4);
}

std::string checkDepthwise(Isa isa, int kernel, int stride, bool repeated) {
  const DepthwiseFamily& family = depthwiseKernels(isa).choose(kernel, stride, 1, repeated ? 2 : 1);
  for (int pixels = 1; pixels <= kDepthwisePixels; ++pixels)
    for (const int64_t channels : {int64_t{6}, int64_t{16}, int64_t{54}})
      if (std::string problem = checkTile(family, pixels, channels, repeated ? 2 : 1); !problem.empty())
        return problem;
  return {};
}

}  // namespace

void listDepthwiseKernels(KernelList& list) {
  for (const Isa isa : kAllIsas) {
#define RIDGE_DEPTHWISE(kernel, stride, repeated)                                                            \
  list.push_back({fmt::format("depthwise_f32_k{}s{}{}", kernel, stride, repeated ? "_multiplier" : ""),      \
                  "depthwise", isa, fmt::format("up to {} pixels of a row, all channels", kDepthwisePixels), \
                  [isa] { return checkDepthwise(isa, kernel, stride, repeated); }});
#include "cpu/kernels/depthwise/kernels.inc"
#undef RIDGE_DEPTHWISE
  }
}

}  // namespace ridge::cpu
