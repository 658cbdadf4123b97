// What a step is, in words of tables: its kernel, the order of its arrays, its arithmetic.
#pragma once

#include <string>

#include "analyze/precision.h"
#include "plan/plan.h"

namespace ridge::analyze {

/// "cpu.conv_gemm"; "control flow" for a step with bodies.
std::string kernelOf(const Step& step);

/// Order of the first input and, where it is another, of the first output: "plain", "channels-last",
/// "plain to channels-last"; "strided" for parts of larger arrays. "" without arrays.
std::string layoutOf(const Step& step);

/// The peak that its arithmetic is held against.
Precision arithmeticOf(const Step& step);

/// For people: the arithmetic's precision, or the type of what a step only moves ("fp32", "int8", "int64").
std::string precisionTextOf(const Step& step);

}  // namespace ridge::analyze
