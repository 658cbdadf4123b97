#include "onnx/type_io.h"

#include <fmt/format.h>

#include "base/error.h"

namespace ridge::onnx {

namespace {

Dim dimFrom(const wire::TensorShapeProto::Dimension& message) {
  if (message.has_dim_value()) return message.dim_value() < 0 ? Dim() : Dim(message.dim_value());
  return message.has_dim_param() ? Dim::symbol(message.dim_param()) : Dim();
}

}  // namespace

std::optional<TensorType> tensorTypeFrom(const wire::TypeProto& message) {
  if (!message.has_tensor_type()) return std::nullopt;
  const auto& tensor = message.tensor_type();
  TensorType result{.type = static_cast<DType>(tensor.elem_type()), .shape = {}};
  if (tensor.elem_type() != 0 &&
      (tensor.elem_type() < 0 || tensor.elem_type() > 255 || !isKnown(result.type)))
    failInput(fmt::format("the element type {} is not known", tensor.elem_type()));
  if (tensor.has_shape()) {
    std::vector<Dim> dims;
    for (const auto& dim : tensor.shape().dim()) dims.push_back(dimFrom(dim));
    result.shape = Shape(std::move(dims));
  }
  return result;
}

std::string_view kindOf(const wire::TypeProto& message) {
  switch (message.value_case()) {
    case wire::TypeProto::kTensorType:
      return "a tensor";
    case wire::TypeProto::kSequenceType:
      return "a sequence";
    case wire::TypeProto::kMapType:
      return "a map";
    case wire::TypeProto::kOpaqueType:
      return "an opaque value";
    case wire::TypeProto::kSparseTensorType:
      return "a sparse tensor";
    case wire::TypeProto::kOptionalType:
      return "an optional value";
    default:
      return "of no type";
  }
}

void setTensorType(wire::TypeProto& message, DType type, const Shape& shape) {
  auto& tensor = *message.mutable_tensor_type();
  tensor.set_elem_type(static_cast<int32_t>(type));
  if (!shape.ranked()) return;
  auto& dims = *tensor.mutable_shape();
  for (const Dim& dim : shape.dims()) {
    auto& out = *dims.add_dim();
    if (dim.isInteger()) out.set_dim_value(dim.value());
    if (dim.isSymbol()) out.set_dim_param(dim.symbolName());
  }
}

}  // namespace ridge::onnx
