// TypeProto to what is known of a value, and back.
#pragma once

#include <optional>
#include <string_view>

#include "onnx_wire.pb.h"
#include "ops/infer.h"

namespace ridge::onnx {

/// Dense tensors, sequences of them and optionals of either; nothing for other types. Dimensions below zero
/// and unnamed ones are unknown. Error{input} for an element type that has no name.
std::optional<ValueType> valueTypeFrom(const wire::TypeProto& message);

/// "a sequence", "a map", ...: for messages about types that are not supported; "of no type" when nothing is
/// set.
std::string_view kindOf(const wire::TypeProto& message);

void setValueType(wire::TypeProto& message, const Value& value);

}  // namespace ridge::onnx
