#include "ir/expr_eval.h"

#include "base/elementary.h"
#include "base/scalar_vec.h"

namespace ridge {

float evalInstr(ExprOp op, float first, float second, float third) {
  const ScalarVec a{first}, b{second}, c{third}, one{1.0f}, zero{0.0f};
  switch (op) {
    case ExprOp::add:
      return (a + b).v;
    case ExprOp::sub:
      return (a - b).v;
    case ExprOp::mul:
      return (a * b).v;
    case ExprOp::div:
      return (a / b).v;
    case ExprOp::fma:
      return fma(a, b, c).v;
    case ExprOp::min:
      return min(a, b).v;
    case ExprOp::max:
      return max(a, b).v;
    case ExprOp::neg:
      return neg(a).v;
    case ExprOp::abs:
      return abs(a).v;
    case ExprOp::sqrt:
      return sqrt(a).v;
    case ExprOp::floor:
      return floor(a).v;
    case ExprOp::ceil:
      return ceil(a).v;
    case ExprOp::roundEven:
      return roundEven(a).v;
    case ExprOp::exp:
      return expSequence(a).v;
    case ExprOp::log:
      return logSequence(a).v;
    case ExprOp::tanh:
      return tanhSequence(a).v;
    case ExprOp::erf:
      return erfSequence(a).v;
    case ExprOp::less:
      return select(less(a, b), one, zero).v;
    case ExprOp::lessEqual:
      return select(lessEqual(a, b), one, zero).v;
    case ExprOp::equal:
      return select(equal(a, b), one, zero).v;
    case ExprOp::select:
      return select(notEqual(a, zero), b, c).v;
    case ExprOp::operand:
    case ExprOp::constant:
      break;
  }
  return first;
}

void evalElement(const Expr& expr, const float* in, float* out, float* temporaries) {
  for (size_t at = 0; at < expr.code.size(); ++at) {
    const Instr& instr = expr.code[at];
    if (instr.op == ExprOp::operand)
      temporaries[at] = in[instr.a];
    else if (instr.op == ExprOp::constant)
      temporaries[at] = expr.constants[instr.a];
    else {
      const int sources = arity(instr.op);
      temporaries[at] = evalInstr(instr.op, temporaries[instr.a], sources > 1 ? temporaries[instr.b] : 0.0f,
                                  sources > 2 ? temporaries[instr.c] : 0.0f);
    }
  }
  for (size_t i = 0; i < expr.out.size(); ++i) out[i] = temporaries[expr.out[i].instr];
}

}  // namespace ridge
