// What is known of element types (ridge/dtype.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ridge/dtype.h"

namespace ridge {

/// "float32", "int64", ...; "undefined" for numbers that ONNX does not name.
std::string_view name(DType type);
std::optional<DType> dtypeFromName(std::string_view name);
bool isKnown(DType type);

/// Bits of one element; sub-byte types are packed, low bits first. 0 for string and undefined.
int bitsOf(DType type);

/// Bytes that `count` elements occupy; Error{input} when that does not fit.
size_t bytesOf(DType type, int64_t count);

bool isFloat(DType type);    ///< f16, bf16, f32, f64, float8, float4
bool isInteger(DType type);  ///< signed and unsigned integers of any width; not boolean

}  // namespace ridge
