#include <fmt/format.h>

#include <algorithm>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/kernel_list.h"
#include "cpu/kernels/reduce/reduce_kernels.h"

namespace ridge::cpu {
namespace {

double combine(std::string_view name, double a, double b) {
  if (name.starts_with("sum")) return a + b;
  return name.starts_with("max") ? std::max(a, b) : std::min(a, b);
}

std::string checkReduction(std::string_view name, ReduceRunFn run) {
  for (const int64_t count : {1, 5, 16, 77, 5000}) {
    const std::vector<float> in = randomFloats(count, 1, 0.0f, 1.0f);
    double want = static_cast<double>(in[0]);
    for (size_t i = 1; i < in.size(); ++i) want = combine(name, want, static_cast<double>(in[i]));
    const float got = static_cast<float>(run(in.data(), count));
    if (std::string problem =
            difference(fmt::format("{} elements", count), {&got, 1}, {&want, 1}, 1e-6 * want);
        !problem.empty())
      return problem;
  }
  return {};
}

std::string checkReduction(std::string_view name, ReduceRowsFn rows) {
  constexpr int64_t kStride = 150;
  for (const int64_t count : {1, 31, 700})
    for (const int64_t columns : {1, 16, 77}) {
      const std::vector<float> in = randomFloats(count * kStride, 1, 0.0f, 1.0f);
      std::vector<float> high(in.begin(), in.begin() + columns), low(static_cast<size_t>(columns), 0.0f);
      std::vector<double> want(high.begin(), high.end());
      for (int64_t r = 0; r < count; ++r)
        for (int64_t c = 0; c < columns; ++c) {
          const auto at = static_cast<size_t>(c);
          want[at] = combine(name, want[at], static_cast<double>(in[static_cast<size_t>(r * kStride + c)]));
        }
      rows({in.data(), count, kStride, columns, high.data(), low.data()});
      for (size_t c = 0; c < high.size(); ++c) high[c] += low[c];
      if (std::string problem = difference(fmt::format("{} rows, {} columns", count, columns), high, want,
                                           1e-6 * static_cast<double>(count));
          !problem.empty())
        return problem;
    }
  return {};
}

}  // namespace

void listReduceKernels(KernelList& list) {
  for (const Isa isa : kAllIsas) {
#define RIDGE_REDUCE(name, function)                                                      \
  list.push_back({"reduce_f32_" #name, "reduce", isa, "one run, or columns side by side", \
                  [isa] { return checkReduction(#name, reduceKernels(isa).name); }});
#include "cpu/kernels/reduce/kernels.inc"
#undef RIDGE_REDUCE
  }
}

}  // namespace ridge::cpu
