#include "onnx/attribute_io.h"

#include <fmt/format.h>

#include "base/text.h"

namespace ridge::onnx {

namespace {

template <class T, class List>
std::vector<T> vectorOf(const List& list) {
  return std::vector<T>(list.begin(), list.end());
}

AttributeValue valueFrom(wire::AttributeProto& message, const TensorSource& source) {
  switch (kindOf(message)) {
    case AttributeKind::floatNumber:
      return message.f();
    case AttributeKind::integer:
      return message.i();
    case AttributeKind::string:
      return message.s();
    case AttributeKind::tensor:
      return tensorFrom(*message.mutable_t(), source);
    case AttributeKind::floats:
      return vectorOf<float>(message.floats());
    case AttributeKind::integers:
      return vectorOf<int64_t>(message.ints());
    case AttributeKind::strings:
      return vectorOf<std::string>(message.strings());
    case AttributeKind::undefined:
      failInput("it has no type and no value");
    default:
      failInput(
          "it is of a kind that is not supported here (graph, sparse tensor, type, or a list of tensors)");
  }
}

struct Setter {
  wire::AttributeProto& message;

  void operator()(int64_t value) const {
    set(AttributeKind::integer);
    message.set_i(value);
  }
  void operator()(float value) const {
    set(AttributeKind::floatNumber);
    message.set_f(value);
  }
  void operator()(const std::string& value) const {
    set(AttributeKind::string);
    message.set_s(value);
  }
  void operator()(const std::vector<int64_t>& values) const {
    set(AttributeKind::integers);
    for (int64_t value : values) message.add_ints(value);
  }
  void operator()(const std::vector<float>& values) const {
    set(AttributeKind::floats);
    for (float value : values) message.add_floats(value);
  }
  void operator()(const std::vector<std::string>& values) const {
    set(AttributeKind::strings);
    for (const std::string& value : values) message.add_strings(value);
  }
  void operator()(const Tensor& value) const {
    set(AttributeKind::tensor);
    fillTensor(*message.mutable_t(), "", value);
  }

 private:
  void set(AttributeKind kind) const { message.set_type(static_cast<int32_t>(kind)); }
};

}  // namespace

AttributeKind kindOf(const wire::AttributeProto& message) {
  if (message.type() != 0) return static_cast<AttributeKind>(message.type());
  if (message.has_f()) return AttributeKind::floatNumber;
  if (message.has_i()) return AttributeKind::integer;
  if (message.has_s()) return AttributeKind::string;
  if (message.has_t()) return AttributeKind::tensor;
  if (message.has_g()) return AttributeKind::graph;
  if (message.floats_size() > 0) return AttributeKind::floats;
  if (message.ints_size() > 0) return AttributeKind::integers;
  if (message.strings_size() > 0) return AttributeKind::strings;
  return AttributeKind::undefined;
}

AttributeMap attributesFrom(wire::NodeProto& node, const TensorSource& source) {
  AttributeMap map;
  for (auto& message : *node.mutable_attribute()) {
    withContext([&] { return "attribute " + ridge::inQuotes(message.name()); },
                [&] {
                  if (map.find(message.name())) failInput("it is given twice");
                  if (message.has_ref_attr_name())
                    failInput("it refers to an attribute of a function, but the node is in no function");
                  map.set(message.name(), valueFrom(message, source));
                });
  }
  return map;
}

void addAttributes(wire::NodeProto& node, const AttributeMap& attributes) {
  for (const auto& [name, value] : attributes.items()) {
    auto& message = *node.add_attribute();
    message.set_name(name);
    std::visit(Setter{message}, value);
  }
}

}  // namespace ridge::onnx
