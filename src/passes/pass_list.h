// The passes and their order. To add one: its file, its lines in pass_list.cpp, its test.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "passes/pass.h"

namespace ridge {

/// Standard ONNX in, standard ONNX out; shapes may be symbolic.
std::span<const Pass> portablePasses();
/// From a graph with bound shapes to canonical ops; repeats the portable clean-ups that lowering makes
/// possible.
std::span<const Pass> lowerPasses();

/// Null when there is no such pass.
const Pass* findPass(std::string_view name);

/// Throws Error{usage} with a suggestion when a name is no pass of the two lists or of `more`, or one that
/// cannot be switched off.
void checkPassNames(std::span<const std::string> names, std::span<const Pass> more = {});

}  // namespace ridge
