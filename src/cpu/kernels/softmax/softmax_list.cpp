#include <fmt/format.h>

#include <cmath>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/kernel_list.h"
#include "cpu/kernels/softmax/softmax_kernels.h"

namespace ridge::cpu {
namespace {

constexpr double kTolerance = 3e-7;

void softmaxOf(const float* in, int64_t stride, int64_t count, double* out) {
  double best = -1e30, sum = 0;
  for (int64_t i = 0; i < count; ++i) best = std::max(best, static_cast<double>(in[i * stride]));
  for (int64_t i = 0; i < count; ++i) sum += std::exp(static_cast<double>(in[i * stride]) - best);
  for (int64_t i = 0; i < count; ++i)
    out[i * stride] = std::exp(static_cast<double>(in[i * stride]) - best) / sum;
}

std::string checkSoftmax(SoftmaxRunFn run) {
  for (const int64_t count : {1, 5, 16, 1000}) {
    const std::vector<float> in = randomFloats(count, 1, -20.0f, 20.0f);
    std::vector<float> got = in;
    std::vector<double> want(in.size());
    softmaxOf(in.data(), 1, count, want.data());
    run(got.data(), got.data(), count);
    if (std::string problem = difference(fmt::format("{} elements", count), got, want, kTolerance);
        !problem.empty())
      return problem;
  }
  return {};
}

std::string checkSoftmax(SoftmaxColumnsFn columns) {
  for (const int64_t width : {1, 16, 37}) {
    constexpr int64_t kRows = 50;
    const std::vector<float> in = randomFloats(kRows * width, 1, -20.0f, 20.0f);
    std::vector<float> got = in;
    std::vector<double> want(in.size());
    for (int64_t c = 0; c < width; ++c) softmaxOf(in.data() + c, width, kRows, want.data() + c);
    columns({got.data(), got.data(), kRows, width, width, width});
    if (std::string problem = difference(fmt::format("{} columns", width), got, want, kTolerance);
        !problem.empty())
      return problem;
  }
  return {};
}

std::string checkSoftmax(SoftmaxScaledFn scaled) {
  for (const int64_t count : {1, 16, 37}) {
    constexpr int64_t kRows = 3;
    const int64_t pitch = count + 5;
    const std::vector<float> in = randomFloats(kRows * pitch, 1, -20.0f, 20.0f);
    const std::vector<float> mask = randomFloats(count, 2, -3.0f, 3.0f);
    std::vector<float> got = in;
    std::vector<double> want(in.begin(), in.end());
    for (int64_t row = 0; row < kRows; ++row) {
      std::vector<float> line;
      for (int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<size_t>(row * pitch + i);
        line.push_back(in[at] * 0.25f + mask[static_cast<size_t>(i)]);
      }
      softmaxOf(line.data(), 1, count, want.data() + row * pitch);
    }
    scaled({got.data(), kRows, count, pitch, 0.25f, mask.data(), 0, false});
    if (std::string problem = difference(fmt::format("rows of {}", count), got, want, kTolerance);
        !problem.empty())
      return problem;
  }
  return {};
}

}  // namespace

void listSoftmaxKernels(KernelList& list) {
  for (const Isa isa : kAllIsas) {
#define RIDGE_SOFTMAX(name, function)                                      \
  list.push_back({"softmax_f32_" #name, "softmax", isa,                    \
                  "one run, columns side by side, or scores of attention", \
                  [isa] { return checkSoftmax(softmaxKernels(isa).name); }});
#include "cpu/kernels/softmax/kernels.inc"
#undef RIDGE_SOFTMAX
  }
}

}  // namespace ridge::cpu
