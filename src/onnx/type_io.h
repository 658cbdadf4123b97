// TypeProto to element type and shape, and back.
#pragma once

#include <optional>
#include <string_view>

#include "ir/shape.h"
#include "onnx_wire.pb.h"

namespace ridge::onnx {

struct TensorType {
  DType type = DType::undefined;
  Shape shape;
};

/// Nothing for types that are not dense tensors. Dimensions below zero and unnamed ones are unknown.
/// Error{input} for an element type that has no name.
std::optional<TensorType> tensorTypeFrom(const wire::TypeProto& message);

/// "a sequence", "a map", ...: for messages about types that are not tensors; "of no type" when nothing is
/// set.
std::string_view kindOf(const wire::TypeProto& message);

void setTensorType(wire::TypeProto& message, DType type, const Shape& shape);

}  // namespace ridge::onnx
