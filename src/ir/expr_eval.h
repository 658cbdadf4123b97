// The scalar interpreter of expressions: the bits that every vector interpreter has to reproduce.
#pragma once

#include "ir/expr.h"

namespace ridge {

/// One operation on its operands; those that the operation does not have are ignored. Not for `operand`,
/// `constant`.
float evalInstr(ExprOp op, float a, float b, float c);

/// Runs a valid program for one element. in[i] is operand i, out[i] output i, temporaries has one float per
/// instruction.
void evalElement(const Expr& expr, const float* in, float* out, float* temporaries);

}  // namespace ridge
