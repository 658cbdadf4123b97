#include "cpu/epilogue.h"

#include <algorithm>
#include <array>

#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr int kAccumulator = -1, kBias = -2;

/// The expression with the accumulator replaced by accumulator + bias; the bias is the last operand.
Expr withBias(const Expr& plain) {
  Expr made;
  made.constants = plain.constants;
  made.in = plain.in;
  made.in.push_back({kNoValue, 0, DType::f32});
  made.code = {{ExprOp::operand, 0, 0, 0}, {ExprOp::operand, 0, 0, 0}, {ExprOp::add, 0, 1, 0}};
  const auto accumulator = std::find_if(plain.in.begin(), plain.in.end(),
                                        [](const Operand& operand) { return operand.isAccumulator(); });
  const auto accumulatorIndex = static_cast<uint16_t>(accumulator - plain.in.begin());
  made.code[0].a = accumulatorIndex;
  made.code[1].a = static_cast<uint16_t>(plain.in.size());
  std::vector<uint16_t> moved;
  for (const Instr& instr : plain.code) {
    if (instr.op == ExprOp::operand && instr.a == accumulatorIndex) {
      moved.push_back(2);
      continue;
    }
    Instr copy = instr;
    const int sources = arity(instr.op);
    if (sources > 0) copy.a = moved[instr.a];
    if (sources > 1) copy.b = moved[instr.b];
    if (sources > 2) copy.c = moved[instr.c];
    moved.push_back(static_cast<uint16_t>(made.code.size()));
    made.code.push_back(copy);
  }
  for (const ExprOutput& output : plain.out)
    made.out.push_back({moved[output.instr], output.value, output.type});
  return made;
}

const Expr& checked(const Expr& expr, const KernelSpec& spec) {
  checkExpression(expr, spec);
  return expr;
}

std::optional<float> constantAt(const Expr& expr, uint16_t instr) {
  const Instr& known = expr.code[instr];
  if (known.op != ExprOp::constant) return std::nullopt;
  return expr.constants[known.a];
}

/// Peels `op(constant, x)` off: the constant, and x in `at`.
std::optional<float> peel(const Expr& expr, ExprOp op, uint16_t& at) {
  const Instr& instr = expr.code[at];
  if (instr.op != op) return std::nullopt;
  const auto bound = constantAt(expr, instr.a);
  if (bound) at = instr.b;
  return bound;
}

bool isAccumulator(const Expr& expr, uint16_t instr) {
  return expr.code[instr].op == ExprOp::operand && expr.in[expr.code[instr].a].isAccumulator();
}

/// Peels `x + operand` off, in either order: the operand's array, and x in `at`. Wanted is either an operand
/// that varies along the channels only, or any other.
std::optional<int> peelAddend(const Expr& expr, uint16_t& at, AxisMask channels, bool channelsOnly) {
  const Instr& sum = expr.code[at];
  if (sum.op != ExprOp::add) return std::nullopt;
  const auto isOperand = [&](uint16_t instr) {
    return expr.code[instr].op == ExprOp::operand && !isAccumulator(expr, instr);
  };
  if (isOperand(sum.a) == isOperand(sum.b)) return std::nullopt;
  const Operand& operand = expr.in[expr.code[isOperand(sum.a) ? sum.a : sum.b].a];
  if ((operand.axes == channels) != channelsOnly) return std::nullopt;
  at = isOperand(sum.a) ? sum.b : sum.a;
  return static_cast<int>(operand.value);
}

}  // namespace

void checkExpression(const Expr& expr, const KernelSpec& spec) {
  if (std::string problem = problemOf(expr); !problem.empty()) failSpec(spec, problem);
  for (const Operand& operand : expr.in)
    requireSpec(operand.isAccumulator() ||
                    (operand.value >= 0 && static_cast<size_t>(operand.value) < spec.in.size()),
                spec, "its expression reads an array that the step does not have");
  for (const ExprOutput& output : expr.out)
    requireSpec(output.value >= 0 && static_cast<size_t>(output.value) < spec.out.size(), spec,
                "its expression stores to an array that the step does not have");
  requireSpec(expr.in.size() <= kMaxExprArrays && expr.out.size() <= kMaxExprArrays, spec,
              "its expression has too many arrays");
  requireSpec(expr.out.size() == spec.out.size(), spec, "its expression does not store every result");
}

Dims broadcastStrides(const ArraySpec& operand, const Dims& dims, const KernelSpec& spec) {
  requireSpec(
      operand.type == DType::f32 && operand.dims.size() <= dims.size() && operand.at.space != Space::none,
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

std::optional<AffineEpilogue> asAffine(const Expr& expr, size_t channelAxis) {
  AffineEpilogue affine;
  if (expr.empty()) return affine;
  if (expr.out.size() != 1) return std::nullopt;
  uint16_t at = expr.out.front().instr;
  if (auto hi = peel(expr, ExprOp::min, at)) affine.hi = *hi;
  if (auto lo = peel(expr, ExprOp::max, at)) affine.lo = *lo;
  const AxisMask channels = AxisMask{1} << channelAxis;
  if (auto residual = peelAddend(expr, at, channels, false)) affine.residual = *residual;
  if (auto bias = peelAddend(expr, at, channels, true)) affine.bias = *bias;
  return isAccumulator(expr, at) ? std::optional(affine) : std::nullopt;
}

std::optional<AffineEpilogue> affineEpilogueOf(const KernelSpec& spec, size_t channelAxis) {
  if (!problemOf(spec.epilogue).empty()) return std::nullopt;
  const auto affine = asAffine(spec.epilogue, channelAxis);
  if (!affine) return affine;
  const auto isMissing = [&](int operand) { return operand >= static_cast<int>(spec.in.size()); };
  if (isMissing(affine->bias) || isMissing(affine->residual)) return std::nullopt;
  const bool alike =
      affine->residual < 0 || spec.in[static_cast<size_t>(affine->residual)].dims == spec.out[0].dims;
  return alike ? affine : std::nullopt;
}

uint64_t epilogueScratch(const Expr& epilogue) {
  return epilogue.empty() ? 0 : PointwiseProgram(withBias(epilogue)).scratch();
}

BlockEpilogue::BlockEpilogue(const KernelSpec& spec, bool hasBias, size_t channelAxis)
    : dims_(spec.out.front().dims),
      channelAxis_(channelAxis),
      in_(spec.in),
      out_(spec.out),
      program_(hasBias ? withBias(checked(spec.epilogue, spec)) : checked(spec.epilogue, spec)) {
  requireSpec(channelAxis < dims_.size(), spec, "a result with channels has an axis for them");
  for (const Operand& operand : spec.epilogue.in) {
    if (operand.isAccumulator()) {
      operands_.push_back({kAccumulator, {}});
      continue;
    }
    const auto input = static_cast<int>(operand.value);
    operands_.push_back({input, broadcastStrides(in_[static_cast<size_t>(input)], dims_, spec)});
    uniform_ = uniform_ && uniformRows(operands_.back().strides);
  }
  if (hasBias) operands_.push_back({kBias, {}});
  for (const ExprOutput& output : spec.epilogue.out) {
    const ArraySpec& array = out_[static_cast<size_t>(output.value)];
    requireSpec(array.type == DType::f32 && array.dims == dims_, spec,
                "the results of a step have different shapes");
    results_.push_back(static_cast<int>(output.value));
    uniform_ = uniform_ && uniformRows(array.strides);
  }
}

int64_t BlockEpilogue::rowOffset(const Dims& strides, int64_t row) const {
  int64_t offset = 0;
  for (size_t axis = dims_.size(); axis-- > 0;) {
    if (axis == channelAxis_) continue;
    offset += row % dims_[axis] * strides[axis];
    row /= dims_[axis];
  }
  return offset;
}

/// Consecutive rows are always the same distance apart.
bool BlockEpilogue::uniformRows(const Dims& strides) const {
  int64_t step = -1, expected = 0;
  for (size_t axis = dims_.size(); axis-- > 0;) {
    if (axis == channelAxis_ || dims_[axis] == 1) continue;
    if (step < 0) {
      step = strides[axis];
    } else if (strides[axis] != expected) {
      return false;
    }
    expected = strides[axis] * dims_[axis];
  }
  return true;
}

void BlockEpilogue::run(const Bound& bound, int64_t row, int64_t rows, int64_t column, int64_t columns,
                        const float* sums, int64_t pitch) const {
  if (uniform_) return runRows(bound, row, rows, column, columns, sums, pitch);
  for (int64_t at = 0; at < rows; ++at)
    runRows(bound, row + at, 1, column, columns, sums + at * pitch, pitch);
}

void BlockEpilogue::runRows(const Bound& bound, int64_t row, int64_t rows, int64_t column, int64_t columns,
                            const float* sums, int64_t pitch) const {
  std::array<PointwiseInput, kMaxExprArrays + 1> inputs;
  std::array<PointwiseOutput, kMaxExprArrays> outputs;
  const auto place = [&](const Dims& strides) {
    const int64_t first = rowOffset(strides, row);
    const int64_t step = rows > 1 ? rowOffset(strides, row + 1) - first : 0;
    return std::pair(first + column * strides[channelAxis_], step);
  };
  for (size_t at = 0; at < operands_.size(); ++at) {
    const Source& operand = operands_[at];
    if (operand.input == kAccumulator) {
      inputs[at] = {sums, pitch, 1};
    } else if (operand.input == kBias) {
      inputs[at] = {bound.bias + column, 0, 1};
    } else {
      const auto [first, step] = place(operand.strides);
      const auto* data = reinterpret_cast<const float*>(
          addressOf(in_[static_cast<size_t>(operand.input)].at, *bound.buffers));
      inputs[at] = {data + first, step, operand.strides[channelAxis_]};
    }
  }
  for (size_t at = 0; at < results_.size(); ++at) {
    const ArraySpec& array = out_[static_cast<size_t>(results_[at])];
    const auto [first, step] = place(array.strides);
    outputs[at] = {reinterpret_cast<float*>(writableAddressOf(array.at, *bound.buffers)) + first, step,
                   array.strides[channelAxis_]};
  }
  program_.run(rows, columns, inputs.data(), outputs.data(), bound.scratch);
}

}  // namespace ridge::cpu
