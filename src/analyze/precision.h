// Kinds of arithmetic that devices have peaks for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ir/dtype.h"

namespace ridge::analyze {

enum class Precision : uint8_t { fp64, fp32, tf32, bf16, fp16, fp8, int8, int4 };

inline constexpr std::array kPrecisions{Precision::fp64, Precision::fp32, Precision::tf32, Precision::bf16,
                                        Precision::fp16, Precision::fp8,  Precision::int8, Precision::int4};

/// "fp32"
std::string_view name(Precision precision);
std::optional<Precision> precisionFromName(std::string_view name);

/// Bytes of an element in memory: 4 for tf32, which is float32 there; 0.5 for int4.
double bytesOfElement(Precision precision);
/// The same of a stored type when floats are counted at a precision: half ones are never widened, all other
/// types stay what they are.
double bytesOfElement(DType stored, Precision floats);

/// Floating point operations have the unit FLOPS, integer ones OPS.
bool isInteger(Precision precision);

}  // namespace ridge::analyze
