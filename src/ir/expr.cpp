#include "ir/expr.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ridge {

namespace {

struct ExprOpInfo {
  std::string_view name;
  int arity;
};

constexpr std::array kInfo{
    ExprOpInfo{"operand", 0},   ExprOpInfo{"constant", 0}, ExprOpInfo{"add", 2},       ExprOpInfo{"sub", 2},
    ExprOpInfo{"mul", 2},       ExprOpInfo{"div", 2},      ExprOpInfo{"fma", 3},       ExprOpInfo{"min", 2},
    ExprOpInfo{"max", 2},       ExprOpInfo{"neg", 1},      ExprOpInfo{"abs", 1},       ExprOpInfo{"sqrt", 1},
    ExprOpInfo{"floor", 1},     ExprOpInfo{"ceil", 1},     ExprOpInfo{"roundEven", 1}, ExprOpInfo{"exp", 1},
    ExprOpInfo{"log", 1},       ExprOpInfo{"tanh", 1},     ExprOpInfo{"erf", 1},       ExprOpInfo{"less", 2},
    ExprOpInfo{"lessEqual", 2}, ExprOpInfo{"equal", 2},    ExprOpInfo{"select", 3},
};
static_assert(kInfo.size() == static_cast<size_t>(ExprOp::select) + 1);

constexpr size_t kMaxCode = 4096;

bool readsEarlier(const Instr& instr, size_t at) {
  const std::array<uint16_t, 3> sources{instr.a, instr.b, instr.c};
  for (int source = 0; source < arity(instr.op); ++source)
    if (sources[static_cast<size_t>(source)] >= at) return false;
  return true;
}

}  // namespace

int arity(ExprOp op) {
  return kInfo[static_cast<size_t>(op)].arity;
}
std::string_view name(ExprOp op) {
  return kInfo[static_cast<size_t>(op)].name;
}

std::string Expr::toString() const {
  std::string text;
  for (size_t at = 0; at < code.size(); ++at) {
    const Instr& instr = code[at];
    text += fmt::format("t{} = {}", at, name(instr.op));
    if (instr.op == ExprOp::operand) {
      const Operand& operand = in[instr.a];
      text += operand.isAccumulator() ? " acc" : fmt::format(" in{}/{:x}", instr.a, operand.axes);
    } else if (instr.op == ExprOp::constant) {
      text += fmt::format(" {}", constants[instr.a]);
    }
    const std::array<uint16_t, 3> sources{instr.a, instr.b, instr.c};
    for (int source = 0; source < arity(instr.op); ++source)
      text += fmt::format(" t{}", sources[static_cast<size_t>(source)]);
    text += "; ";
  }
  for (size_t at = 0; at < out.size(); ++at)
    text += fmt::format("{}out{} = t{}", at ? ", " : "", at, out[at].instr);
  return text;
}

std::string problemOf(const Expr& expr) {
  if (expr.code.size() > kMaxCode) return "an expression has more than 4096 instructions";
  for (size_t at = 0; at < expr.code.size(); ++at) {
    const Instr& instr = expr.code[at];
    if (static_cast<size_t>(instr.op) >= kInfo.size()) return "an expression has an unknown instruction";
    if (instr.op == ExprOp::operand && instr.a >= expr.in.size())
      return "an expression reads a missing operand";
    if (instr.op == ExprOp::constant && instr.a >= expr.constants.size())
      return "an expression reads a missing constant";
    if (!readsEarlier(instr, at)) return "an expression reads a result that is not computed yet";
  }
  const auto isMissing = [&](const ExprOutput& output) { return output.instr >= expr.code.size(); };
  if (std::any_of(expr.out.begin(), expr.out.end(), isMissing))
    return "an expression stores a missing result";
  return {};
}

uint16_t ExprBuilder::constant(float value) {
  // Bit patterns, so that -0 and NaN are kept apart.
  const auto same = [&](float known) { return __builtin_memcmp(&known, &value, sizeof value) == 0; };
  auto found = std::find_if(expr_.constants.begin(), expr_.constants.end(), same);
  const auto slot = static_cast<uint16_t>(found - expr_.constants.begin());
  if (found == expr_.constants.end()) expr_.constants.push_back(value);
  return emit(ExprOp::constant, slot);
}

uint16_t ExprBuilder::emit(ExprOp op, uint16_t a, uint16_t b, uint16_t c) {
  const Instr wanted{op, a, b, c};
  const auto found = std::find(expr_.code.begin(), expr_.code.end(), wanted);
  if (found != expr_.code.end()) return static_cast<uint16_t>(found - expr_.code.begin());
  check(expr_.code.size() < kMaxCode, "an expression stays below its largest size");
  expr_.code.push_back(wanted);
  return static_cast<uint16_t>(expr_.code.size() - 1);
}

std::optional<float> ExprBuilder::scalar(size_t index) const {
  if (!has(index)) return std::nullopt;
  const Instr& instr = expr_.code[in(index)];
  if (instr.op != ExprOp::constant) return std::nullopt;
  return expr_.constants[instr.a];
}

}  // namespace ridge
