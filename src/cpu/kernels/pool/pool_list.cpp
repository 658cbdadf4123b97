#include <fmt/format.h>

#include <algorithm>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/kernel_list.h"
#include "cpu/kernels/pool/pool_kernels.h"

namespace ridge::cpu {
namespace {

std::string checkPool(PoolRunFn run, bool average) {
  constexpr int64_t kTaps = 5;
  for (const int64_t count : {1, 7, 64, 203})
    for (const int64_t step : {1, 3}) {
      const int64_t length = count * step;
      const std::vector<float> in = randomFloats(kTaps * length, 1);
      std::vector<const float*> taps;
      for (int64_t t = 0; t < kTaps; ++t) taps.push_back(in.data() + t * length);
      std::vector<float> out(static_cast<size_t>(count));
      run({taps.data(), kTaps, step, count, out.data(), 6.0f});
      std::vector<double> want(out.size());
      for (int64_t i = 0; i < count; ++i) {
        double sum = 0, best = -1e30;
        for (int64_t t = 0; t < kTaps; ++t) {
          const auto x = static_cast<double>(taps[static_cast<size_t>(t)][i * step]);
          sum += x;
          best = std::max(best, x);
        }
        want[static_cast<size_t>(i)] = average ? sum / 6.0 : best;
      }
      if (std::string problem = difference(fmt::format("count {}, step {}", count, step), out, want, 1e-6);
          !problem.empty())
        return problem;
    }
  return {};
}

}  // namespace

void listPoolKernels(KernelList& list) {
  for (const Isa isa : kAllIsas) {
#define RIDGE_POOL(name, expression)                                                               \
  list.push_back({"pool_f32_" #name, "pool", isa, "one run of channels or columns", [isa] {        \
                    return checkPool(poolKernels(isa).name, std::string_view(#name) == "average"); \
                  }});
#include "cpu/kernels/pool/kernels.inc"
#undef RIDGE_POOL
  }
}

}  // namespace ridge::cpu
