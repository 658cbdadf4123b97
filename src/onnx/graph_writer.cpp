#include "onnx/graph_writer.h"

#include <fmt/format.h>

#include "base/error.h"
#include "onnx/attribute_io.h"
#include "onnx/opaque.h"
#include "onnx/type_io.h"
#include "ops/ops.h"

namespace ridge::onnx {

namespace {

constexpr int64_t kNodeMetadataIr = 10;
// Larger constants of bodies are written once, in the main graph, whose constants may lie in a file beside
// the model.
constexpr size_t kWorthSharing = 1024;

const std::string& nameOf(const ExportNames& names, ValueId id) {
  static const std::string kNone;
  return id == kNoValue ? kNone : names.names[static_cast<size_t>(id)];
}

void describe(wire::ValueInfoProto& info, const std::string& name, const Value& value) {
  info.set_name(name);
  if (value.type != DType::undefined) setValueType(*info.mutable_type(), value);
}

// An Optional without an input says what it might hold.
void addHeldType(wire::NodeProto& message, Value output) {
  output.container =
      output.container == Container::optionalSequence ? Container::sequence : Container::tensor;
  auto& attribute = *message.add_attribute();
  attribute.set_name("type");
  attribute.set_type(static_cast<int32_t>(AttributeKind::typeProto));
  setValueType(*attribute.mutable_tp(), output);
}

bool isWorthSharing(const Tensor& tensor) {
  return tensor.type() != DType::string && tensor.byteSize() >= kWorthSharing;
}

}  // namespace

void GraphWriter::writeMain(const Graph& graph) {
  const ExportNames names = exportNames(graph, taken_);
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    if (const Value& value = graph.value(id); value.isConstant() && !nameOf(names, id).empty())
      addInitializer(nameOf(names, id), value.constant);
  for (ValueId id : graph.inputs()) describe(*wire_.graph.add_input(), nameOf(names, id), graph.value(id));
  for (size_t at = 0; at < names.outputs.size(); ++at)
    describe(*wire_.graph.add_output(), names.outputs[at], graph.value(graph.outputs()[at].value));
  writeNodes(wire_.graph, graph, names);
  writeTypes(wire_.graph, graph, names);
}

void GraphWriter::addInitializer(const std::string& name, const Tensor& tensor) {
  if (isWorthSharing(tensor)) largeConstants_.emplace(tensor.bytes().data(), wire_.initializers.size());
  Initializer& initializer = wire_.initializers.emplace_back();
  initializer.tensor = tensor;
  describeTensor(initializer.head, name, tensor);
}

void GraphWriter::writeNodes(wire::GraphProto& message, const Graph& graph, const ExportNames& names) {
  for (NodeId id : graph.order()) writeNode(*message.add_node(), graph, graph.node(id), names);
  for (const Graph::Output& copy : names.copies) {
    wire::NodeProto& identity = *message.add_node();
    identity.set_op_type("Identity");
    identity.add_input(nameOf(names, copy.value));
    identity.add_output(copy.name);
  }
}

/// Passes may make several nodes from one; other runtimes want names to differ.
std::string GraphWriter::uniqueNodeName(const std::string& wanted) {
  std::string name = wanted;
  for (int suffix = 1; !nodeNames_.insert(name).second; ++suffix) name = fmt::format("{}.{}", wanted, suffix);
  return name;
}

void GraphWriter::writeNode(wire::NodeProto& message, const Graph& graph, const Node& node,
                            const ExportNames& names) {
  if (isOpaque(node)) {
    check(message.ParseFromString(node.as<OpaqueAttributes>().bytes), "a carried node is in wire form");
  } else {
    message.set_op_type(std::string(node.op->name));
    if (!node.op->domain.empty()) message.set_domain(std::string(node.op->domain));
    if (node.attrs) addAttributes(message, node.attrs->toMap());
    if (node.op == &ops::optional && node.in.empty()) addHeldType(message, graph.value(node.out[0]));
  }
  if (!node.name.empty()) message.set_name(uniqueNodeName(node.name));
  const size_t formal = node.in.size() - static_cast<size_t>(node.captures);
  for (size_t at = 0; at < formal; ++at) message.add_input(nameOf(names, node.in[at]));
  for (ValueId id : node.out) message.add_output(nameOf(names, id));
  writeBodies(message, node, names);
  if (irVersion_ < kNodeMetadataIr) return;
  for (const auto& [key, value] : node.metadata) {
    auto& entry = *message.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
}

void GraphWriter::writeBodies(wire::NodeProto& message, const Node& node, const ExportNames& names) {
  std::vector<std::string> captured;
  for (size_t at = node.in.size() - static_cast<size_t>(node.captures); at < node.in.size(); ++at)
    captured.push_back(nameOf(names, node.in[at]));
  for (size_t at = 0; at < node.bodies.size(); ++at) {
    auto& attribute = *message.add_attribute();
    attribute.set_name(std::string(node.op->bodies[at]));
    attribute.set_type(static_cast<int32_t>(AttributeKind::graph));
    writeBody(*attribute.mutable_g(), *node.bodies[at], captured);
  }
}

void GraphWriter::writeBody(wire::GraphProto& message, const Graph& body,
                            std::span<const std::string> captured) {
  ExportNames names = bodyNames(body, captured, taken_);
  message.set_name(body.name.empty() ? "body" : body.name);
  if (!body.docString.empty()) message.set_doc_string(body.docString);
  const size_t formal = body.inputs().size() - captured.size();
  for (size_t at = 0; at < formal; ++at)
    describe(*message.add_input(), nameOf(names, body.inputs()[at]), body.value(body.inputs()[at]));
  for (size_t at = 0; at < names.outputs.size(); ++at)
    describe(*message.add_output(), names.outputs[at], body.value(body.outputs()[at].value));
  for (ValueId id = 0; id < body.valueCount(); ++id) {
    const Value& value = body.value(id);
    if (!value.isConstant() || nameOf(names, id).empty()) continue;
    std::string& name = names.names[static_cast<size_t>(id)];
    const auto shared = largeConstants_.find(value.constant.bytes().data());
    const Initializer* same = shared == largeConstants_.end() ? nullptr : &wire_.initializers[shared->second];
    if (same && same->tensor.type() == value.type && same->tensor.dims() == value.constant.dims())
      name = same->head.name();
    else
      writeBodyConstant(message, name, value.constant);
  }
  writeNodes(message, body, names);
  writeTypes(message, body, names);
}

void GraphWriter::writeBodyConstant(wire::GraphProto& message, const std::string& name,
                                    const Tensor& tensor) {
  if (isWorthSharing(tensor))
    addInitializer(name, tensor);
  else
    fillTensor(*message.add_initializer(), name, tensor);
}

void GraphWriter::writeTypes(wire::GraphProto& message, const Graph& graph, const ExportNames& names) {
  for (ValueId id = 0; id < graph.valueCount(); ++id) {
    const Value& value = graph.value(id);
    const bool inner = graph.producer(id) != kNoNode && !graph.isOutput(id);
    if (inner && value.type != DType::undefined)
      describe(*message.add_value_info(), nameOf(names, id), value);
  }
}

}  // namespace ridge::onnx
