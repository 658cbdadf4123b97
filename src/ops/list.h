// The explicit list of ops. To add one: its file, its line in list.cpp, its cases in tests/ops.
#pragma once

#include <span>
#include <string_view>

#include "ir/op.h"

namespace ridge {

std::span<const Op* const> allOps();

/// Null when there is no such op. "" and "ai.onnx" are the same domain.
const Op* findOp(std::string_view domain, std::string_view name);

}  // namespace ridge
