// Elementwise programs in SSA form over float32: what kernels run on a tile, what CUDA will print as source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// min(a,b) = a < b ? a : b and max(a,b) = a > b ? a : b, so that a NaN in b passes through (Relu is max(0,
/// x)). Comparisons give 1 or 0; `select` is a != 0 ? b : c. exp, log, tanh, erf are the fixed sequences of
/// base/elementary.h. fma rounds once; nothing else is ever contracted.
enum class ExprOp : uint8_t {
  operand,   ///< in[a]
  constant,  ///< constants[a]
  add,
  sub,
  mul,
  div,
  fma,
  min,
  max,
  neg,
  abs,
  sqrt,
  floor,
  ceil,
  roundEven,
  exp,
  log,
  tanh,
  erf,
  less,
  lessEqual,
  equal,
  select,
};
int arity(ExprOp op);
std::string_view name(ExprOp op);

struct Instr {
  ExprOp op;
  uint16_t a = 0, b = 0,
           c = 0;  ///< indexes of earlier instructions; of an operand or constant for those two ops
  bool operator==(const Instr&) const = default;
};

/// Where an operand's element lies: bit i set = it varies along axis i of the region's output (axis 0
/// outermost).
using AxisMask = uint32_t;

struct Operand {
  ValueId value = kNoValue;  ///< kNoValue: the anchor's accumulator
  AxisMask axes = 0;
  DType type = DType::f32;
  bool isAccumulator() const { return value == kNoValue; }
};

struct ExprOutput {
  uint16_t instr = 0;
  ValueId value = kNoValue;
  DType type = DType::f32;
};

struct Expr {
  std::vector<Instr> code;
  std::vector<float> constants;
  std::vector<Operand> in;
  std::vector<ExprOutput> out;

  bool empty() const { return code.empty(); }
  /// "t0 = in0; t1 = in1; t2 = add t0 t1 -> out0"; also part of the timing cache's key.
  std::string toString() const;
};

/// Throws Error{internal}-style assertion sentences' text for a program that reads what is not there; empty
/// when valid. The engine's validator uses it on untrusted files.
std::string problemOf(const Expr& expr);

/// What Op::expr writes into.
class ExprBuilder {
 public:
  ExprBuilder(Expr& expr, std::vector<uint16_t> nodeInputs) : expr_(expr), inputs_(std::move(nodeInputs)) {}

  bool has(size_t index) const { return index < inputs_.size() && inputs_[index] != kAbsent; }
  uint16_t in(size_t index) const { return inputs_[index]; }  ///< instruction that holds the node's input
  uint16_t constant(float value);
  uint16_t emit(ExprOp op, uint16_t a, uint16_t b = 0, uint16_t c = 0);
  void result(uint16_t instr) { result_ = instr; }
  uint16_t result() const { return result_; }

  /// The value of an input that is a scalar constant, for ops whose form depends on it.
  std::optional<float> scalar(size_t index) const;

  static constexpr uint16_t kAbsent = 0xffff;

 private:
  Expr& expr_;
  std::vector<uint16_t> inputs_;
  uint16_t result_ = kAbsent;
};

}  // namespace ridge
