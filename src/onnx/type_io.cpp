#include "onnx/type_io.h"

#include <fmt/format.h>

#include "base/error.h"

namespace ridge::onnx {

namespace {

Dim dimFrom(const wire::TensorShapeProto::Dimension& message) {
  if (message.has_dim_value()) return message.dim_value() < 0 ? Dim() : Dim(message.dim_value());
  return message.has_dim_param() ? Dim::symbol(message.dim_param()) : Dim();
}

ValueType tensorTypeFrom(const wire::TypeProto::Tensor& tensor) {
  ValueType result{.type = static_cast<DType>(tensor.elem_type())};
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

// What a container holds, if that is something of `kind`.
const wire::TypeProto* held(const wire::TypeProto& message, Container kind) {
  if (kind == Container::sequence)
    return message.has_sequence_type() ? &message.sequence_type().elem_type() : nullptr;
  return message.has_optional_type() ? &message.optional_type().elem_type() : nullptr;
}

void setTensorType(wire::TypeProto::Tensor& tensor, const Value& value) {
  tensor.set_elem_type(static_cast<int32_t>(value.type));
  if (!value.shape.ranked()) return;
  auto& dims = *tensor.mutable_shape();
  for (const Dim& dim : value.shape.dims()) {
    auto& out = *dims.add_dim();
    if (dim.isInteger()) out.set_dim_value(dim.value());
    if (dim.isSymbol()) out.set_dim_param(dim.symbolName());
  }
}

}  // namespace

std::optional<ValueType> valueTypeFrom(const wire::TypeProto& message) {
  Container container = Container::tensor;
  const wire::TypeProto* inner = &message;
  if (const auto* optional = held(*inner, Container::optional)) {
    container = Container::optional;
    inner = optional;
  }
  if (const auto* sequence = held(*inner, Container::sequence)) {
    container = container == Container::optional ? Container::optionalSequence : Container::sequence;
    inner = sequence;
  }
  if (!inner->has_tensor_type()) return std::nullopt;
  ValueType result = tensorTypeFrom(inner->tensor_type());
  result.container = container;
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

void setValueType(wire::TypeProto& message, const Value& value) {
  wire::TypeProto* inner = &message;
  if (value.container == Container::optional || value.container == Container::optionalSequence)
    inner = inner->mutable_optional_type()->mutable_elem_type();
  if (value.container == Container::sequence || value.container == Container::optionalSequence)
    inner = inner->mutable_sequence_type()->mutable_elem_type();
  setTensorType(*inner->mutable_tensor_type(), value);
}

}  // namespace ridge::onnx
