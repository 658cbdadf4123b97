// The ops by name, for code that makes or recognises nodes: `node.op == &ops::conv`.
#pragma once

#include "ir/op.h"

namespace ridge::ops {

#define RIDGE_OP(identifier) extern const Op identifier;
#include "ops/ops.inc"
#undef RIDGE_OP

}  // namespace ridge::ops
