#include <fmt/format.h>

#include <cmath>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/kernel_list.h"
#include "cpu/kernels/norm/norm_kernels.h"

namespace ridge::cpu {
namespace {

std::string checkNorm(NormSumsFn sums) {
  for (const int64_t count : {1, 5, 16, 33, 100, 5000}) {
    const std::vector<float> in = randomFloats(count, 1, 9.0f, 12.0f);
    double plain = 0, squares = 0;
    for (const float x : in) {
      const double d = static_cast<double>(x) - 10.0;
      plain += d;
      squares += d * d;
    }
    const NormSums got = sums(in.data(), count, 10.0f);
    const std::vector<float> means{static_cast<float>(got.plain / static_cast<double>(count)),
                                   static_cast<float>(got.squares / static_cast<double>(count))};
    const std::vector<double> want{plain / static_cast<double>(count), squares / static_cast<double>(count)};
    if (std::string problem = difference(fmt::format("{} elements", count), means, want, 3e-6);
        !problem.empty())
      return problem;
  }
  return {};
}

std::string checkNorm(NormApplyFn apply) {
  for (const int64_t count : {1, 16, 37})
    for (const bool uniform : {false, true})
      for (const bool biased : {false, true}) {
        const std::vector<float> in = randomFloats(count, 1), scale = randomFloats(count, 2),
                                 bias = randomFloats(count, 3);
        std::vector<float> got = in;
        std::vector<double> want;
        for (size_t i = 0; i < in.size(); ++i) {
          const size_t at = uniform ? 0 : i;
          want.push_back((static_cast<double>(in[i]) - 0.25) * 1.5 * static_cast<double>(scale[at]) +
                         (biased ? static_cast<double>(bias[at]) : 0.0));
        }
        apply({got.data(), got.data(), count, 0.25f, 1.5f, scale.data(), biased ? bias.data() : nullptr,
               uniform});
        if (std::string problem = difference(fmt::format("{} elements", count), got, want, 1e-6);
            !problem.empty())
          return problem;
      }
  return {};
}

}  // namespace

void listNormKernels(KernelList& list) {
  for (const Isa isa : kAllIsas) {
#define RIDGE_NORM(name, function)                                                \
  list.push_back({"norm_f32_" #name, "norm", isa, "over a dense run of elements", \
                  [isa] { return checkNorm(normKernels(isa).name); }});
#include "cpu/kernels/norm/kernels.inc"
#undef RIDGE_NORM
  }
}

}  // namespace ridge::cpu
