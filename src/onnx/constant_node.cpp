#include "onnx/constant_node.h"

#include <fmt/format.h>

#include "base/text.h"
#include "onnx/attribute_io.h"
#include "onnx/sparse.h"

namespace ridge::onnx {

namespace {

Tensor constantOf(const AttributeMap& attributes) {
  if (attributes.items().size() != 1) failInput("a Constant has exactly one value");
  const auto& [name, value] = attributes.items().front();
  if (const auto* tensor = std::get_if<Tensor>(&value); tensor && name == "value") return *tensor;
  if (const auto* number = std::get_if<float>(&value); number && name == "value_float")
    return Tensor::scalar(*number);
  if (const auto* number = std::get_if<int64_t>(&value); number && name == "value_int")
    return Tensor::scalar(*number);
  if (const auto* text = std::get_if<std::string>(&value); text && name == "value_string")
    return Tensor::ofStrings({}, {*text});
  if (const auto* list = std::get_if<std::vector<float>>(&value); list && name == "value_floats")
    return Tensor::of({static_cast<int64_t>(list->size())}, std::span<const float>(*list));
  if (const auto* list = std::get_if<std::vector<int64_t>>(&value); list && name == "value_ints")
    return Tensor::of({static_cast<int64_t>(list->size())}, std::span<const int64_t>(*list));
  if (const auto* list = std::get_if<std::vector<std::string>>(&value); list && name == "value_strings")
    return Tensor::ofStrings({static_cast<int64_t>(list->size())}, *list);
  failInput(fmt::format("a Constant cannot have the value {} of this type", ridge::inQuotes(name)));
}

}  // namespace

Tensor constantFrom(wire::NodeProto& message, const TensorSource& tensors) {
  if (message.attribute_size() == 1 && message.attribute(0).name() == "sparse_value" &&
      message.attribute(0).has_sparse_tensor())
    return sparseTensorFrom(*message.mutable_attribute(0)->mutable_sparse_tensor(), tensors);
  return constantOf(attributesFrom(message, tensors));
}

void setConstant(Graph& graph, ValueId id, Tensor tensor) {
  Value& value = graph.value(id);
  value.type = tensor.type();
  value.shape = Shape::of(tensor.dims());
  value.constant = std::move(tensor);
}

}  // namespace ridge::onnx
