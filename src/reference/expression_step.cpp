#include <array>

#include "base/error.h"
#include "ir/expr_eval.h"
#include "plan/check_spec.h"
#include "reference/steps.h"

namespace ridge::reference {

namespace {

constexpr size_t kMaxRank = 8;

/// Strides of an operand by axis of the result: zero where it is broadcast.
Dims stridesFor(const ArraySpec& operand, const Dims& dims, const KernelSpec& spec) {
  requireSpec(operand.type == DType::f32 && operand.dims.size() <= dims.size() &&
                  operand.dims.size() == operand.strides.size() && operand.at.space != Space::none,
              spec, "an operand does not fit its expression");
  Dims strides(dims.size(), 0);
  const size_t shift = dims.size() - operand.dims.size();
  for (size_t axis = 0; axis < operand.dims.size(); ++axis) {
    if (operand.dims[axis] == 1) continue;
    requireSpec(operand.dims[axis] == dims[axis + shift], spec,
                "an operand does not broadcast to its result");
    strides[axis + shift] = operand.strides[axis];
  }
  return strides;
}

class ExpressionStep : public CompiledStep {
 public:
  explicit ExpressionStep(const KernelSpec& spec) : expr_(spec.epilogue), in_(spec.in), out_(spec.out) {
    if (std::string problem = problemOf(expr_); !problem.empty()) failSpec(spec, problem);
    requireSpec(!out_.empty() && expr_.out.size() == out_.size(), spec,
                "its results are not those of its expression");
    dims_ = out_.front().dims;
    requireSpec(dims_.size() <= kMaxRank, spec, "an expression has at most eight axes");
    for (const Operand& operand : expr_.in) {
      requireSpec(operand.value >= 0 && static_cast<size_t>(operand.value) < in_.size(), spec,
                  "its expression reads an array that the step does not have");
      inStrides_.push_back(stridesFor(in_[static_cast<size_t>(operand.value)], dims_, spec));
    }
    for (const ExprOutput& output : expr_.out) {
      requireSpec(output.value >= 0 && static_cast<size_t>(output.value) < out_.size(), spec,
                  "its expression stores to an array that the step does not have");
      const ArraySpec& array = out_[static_cast<size_t>(output.value)];
      requireSpec(array.type == DType::f32 && array.dims == dims_, spec, "its results have different shapes");
    }
    const size_t floats = expr_.in.size() + expr_.out.size() + expr_.code.size();
    requireSpec(spec.workspace >= floats * sizeof(float), spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    auto* operands = reinterpret_cast<float*>(buffers.workspace);
    float* results = operands + expr_.in.size();
    float* temporaries = results + expr_.out.size();
    std::array<int64_t, kMaxRank> at{};
    const int64_t count = elementCount(dims_);
    for (int64_t element = 0; element < count; ++element) {
      for (size_t k = 0; k < expr_.in.size(); ++k) operands[k] = load(k, at, buffers);
      evalElement(expr_, operands, results, temporaries);
      for (size_t k = 0; k < expr_.out.size(); ++k) store(k, at, results[k], buffers);
      for (size_t axis = dims_.size(); axis-- > 0;) {
        if (++at[axis] < dims_[axis]) break;
        at[axis] = 0;
      }
    }
  }

 private:
  float load(size_t operand, const std::array<int64_t, kMaxRank>& at, const Buffers& buffers) const {
    const auto& strides = inStrides_[operand];
    int64_t place = 0;
    for (size_t axis = 0; axis < strides.size(); ++axis) place += at[axis] * strides[axis];
    const ArraySpec& array = in_[static_cast<size_t>(expr_.in[operand].value)];
    return reinterpret_cast<const float*>(addressOf(array.at, buffers))[place];
  }

  void store(size_t output, const std::array<int64_t, kMaxRank>& at, float value,
             const Buffers& buffers) const {
    const ArraySpec& array = out_[static_cast<size_t>(expr_.out[output].value)];
    int64_t place = 0;
    for (size_t axis = 0; axis < dims_.size(); ++axis) place += at[axis] * array.strides[axis];
    reinterpret_cast<float*>(writableAddressOf(array.at, buffers))[place] = value;
  }

  Expr expr_;
  std::vector<ArraySpec> in_, out_;
  Dims dims_;
  std::vector<Dims> inStrides_;
};

}  // namespace

std::unique_ptr<CompiledStep> compileExpression(const KernelSpec& spec) {
  return std::make_unique<ExpressionStep>(spec);
}

}  // namespace ridge::reference
