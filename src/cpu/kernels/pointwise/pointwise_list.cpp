#include <fmt/format.h>

#include <limits>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/kernel_list.h"
#include "cpu/kernels/pointwise/pointwise_kernels.h"
#include "ir/expr_eval.h"

namespace ridge::cpu {
namespace {

constexpr int64_t kCount = 4099;

/// Numbers of all sizes, with the special ones among them.
std::vector<float> operand(uint32_t seed, float range) {
  std::vector<float> values = randomFloats(kCount, seed, -range, range);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float special[] = {0.0f,
                           -0.0f,
                           1.0f,
                           -1.0f,
                           0.5f,
                           1.5f,
                           2.5f,
                           -0.3f,
                           kInfinity,
                           -kInfinity,
                           std::numeric_limits<float>::quiet_NaN(),
                           std::numeric_limits<float>::max(),
                           std::numeric_limits<float>::min(),
                           1e-40f,
                           -1e-40f,
                           8388609.0f,
                           88.8f,
                           -104.0f};
  size_t at = seed;
  for (size_t pass = 0; pass < 40; ++pass)
    for (const float value : special) values[at = (at + 5 + seed) % values.size()] = value;
  return values;
}

/// The bits must be those of the scalar interpreter.
std::string checkStep(PointwiseStepFn step, ExprOp op) {
  for (const float range : {1.0f, 10.0f, 120.0f}) {
    const std::vector<float> a = operand(1, range), b = operand(2, range), c = operand(3, range);
    std::vector<float> want(a.size());
    for (size_t i = 0; i < a.size(); ++i) want[i] = evalInstr(op, a[i], b[i], c[i]);
    for (const int64_t count : {kCount, int64_t{3}}) {
      std::vector<float> got(a.size(), 7.0f);
      step(got.data(), a.data(), b.data(), c.data(), count);
      const auto length = static_cast<size_t>(count);
      if (std::string problem = bitDifference(fmt::format("{} elements up to {}", count, range),
                                              std::span(got).first(length), std::span(want).first(length));
          !problem.empty())
        return problem;
      if (length < got.size() && got[length] != 7.0f) return "it writes past the end";
    }
  }
  return {};
}

}  // namespace

void listPointwiseKernels(KernelList& list) {
  for (const Isa isa : kAllIsas) {
#define RIDGE_POINTWISE(name, sources, expression)                                 \
  list.push_back({"pointwise_f32_" #name, "pointwise", isa, "one run of elements", \
                  [isa] { return checkStep(pointwiseKernels(isa).name, ExprOp::name); }});
#include "cpu/kernels/pointwise/kernels.inc"
#undef RIDGE_POINTWISE
  }
}

}  // namespace ridge::cpu
