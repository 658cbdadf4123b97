#include "onnx/node_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "onnx/attribute_io.h"
#include "onnx/draft.h"
#include "onnx/opaque.h"
#include "onnx/opset.h"
#include "onnx/upgrade.h"
#include "ops/infer.h"
#include "ops/list.h"
#include "ops/random/random.h"

namespace ridge::onnx {

namespace {

// Ops of our own exist only after lowering; files that name them are carried, not trusted.
const Op* listedOp(const wire::NodeProto& message) {
  const std::string_view domain = canonicalDomain(message.domain());
  return domain == "ridge" ? nullptr : findOp(domain, message.op_type());
}

void refuseUnsupported(const wire::NodeProto& message) {
  for (const auto& attribute : message.attribute()) {
    const AttributeKind kind = kindOf(attribute);
    if (kind == AttributeKind::graph || kind == AttributeKind::graphs)
      failInput(fmt::format("control flow ({}) is not supported yet", escaped(message.op_type())));
  }
  if (canonicalDomain(message.domain()).empty() && message.op_type() == "Upsample")
    failInput("Upsample was withdrawn from ONNX and is not supported", {},
              "export the model with opset 10 or newer, which writes Resize");
}

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

void readConstant(const NodeSource& source, const TensorSource& tensors, Graph& graph) {
  for (const auto& attribute : source.message->attribute())
    if (attribute.name() == "sparse_value") failInput("sparse constants are not supported yet");
  if (source.out.size() != 1 || source.out.front() == kNoValue) failInput("a Constant has one output");
  if (!source.in.empty()) failInput("a Constant has no inputs");
  Tensor tensor = constantOf(attributesFrom(*source.message, tensors));
  Value& value = graph.value(source.out.front());
  value.type = tensor.type();
  value.shape = Shape::of(tensor.dims());
  value.constant = std::move(tensor);
}

// External tensors of a carried node would point to files that its next home may not have.
void inlineTensors(wire::NodeProto& message, const TensorSource& tensors) {
  const auto inlined = [&](wire::TensorProto& tensor) {
    if (tensor.data_location() != 1) return;
    const Tensor loaded = tensorFrom(tensor, tensors);
    const std::string name = tensor.name();
    tensor.Clear();
    fillTensor(tensor, name, loaded);
  };
  for (auto& attribute : *message.mutable_attribute()) {
    if (attribute.has_t()) inlined(*attribute.mutable_t());
    for (auto& tensor : *attribute.mutable_tensors()) inlined(tensor);
  }
}

AttributeMap opaqueAttributes(wire::NodeProto& message, const TensorSource& tensors) {
  AttributeMap map;
  map.set("domain", std::string(canonicalDomain(message.domain())));
  map.set("op_type", message.op_type());
  inlineTensors(message, tensors);
  message.clear_name();
  message.clear_input();
  message.clear_output();
  message.clear_metadata_props();
  map.set("bytes", message.SerializeAsString());
  return map;
}

NodeDraft draftOf(NodeSource& source, const Graph& graph) {
  NodeDraft draft{.opType = source.message->op_type(),
                  .name = source.message->name(),
                  .attributes = {},
                  .in = std::move(source.in),
                  .out = std::move(source.out),
                  .origins = {},
                  .metadata = {}};
  while (!draft.in.empty() && draft.in.back() == kNoValue) draft.in.pop_back();
  while (!draft.out.empty() && draft.out.back() == kNoValue) draft.out.pop_back();
  if (draft.out.empty()) failInput("it has no outputs");
  const auto firstOut =
      std::find_if(draft.out.begin(), draft.out.end(), [](ValueId id) { return id != kNoValue; });
  draft.origins = {draft.name.empty() ? graph.value(*firstOut).name : draft.name};
  for (const auto& entry : source.message->metadata_props())
    draft.metadata.emplace_back(entry.key(), entry.value());
  return draft;
}

void expectDomain(const wire::NodeProto& message, const Model& model) {
  if (!model.opsets.contains(std::string(canonicalDomain(message.domain()))))
    failInput(message.domain().empty() ? std::string("the model does not say which opset it uses")
                                       : fmt::format("the model imports no opset of the domain {}",
                                                     ridge::inQuotes(message.domain())));
}

// The main node and, for some upgrades, one that follows it.
std::vector<NodeId> addNodes(NodeSource& source, const TensorSource& tensors, Model& model) {
  wire::NodeProto& message = *source.message;
  refuseUnsupported(message);
  expectDomain(message, model);
  Graph& graph = model.graph;
  const bool standard = canonicalDomain(message.domain()).empty();
  if (standard && message.op_type() == "Constant") {
    readConstant(source, tensors, graph);
    return {};
  }
  NodeDraft draft = draftOf(source, graph);
  const Op* op = listedOp(message);
  if (!op) {
    draft.attributes = opaqueAttributes(message, tensors);
    return {addNode(graph, opaqueOp(), std::move(draft))};
  }
  draft.attributes = attributesFrom(message, tensors);
  // What is drawn hangs on the seed alone, so that the truth and every plan draw the same.
  if (!op->traits.deterministic && !draft.attributes.find("seed"))
    draft.attributes.set("seed", ops::seedFromName(draft.origins.front()));
  UpgradeContext upgrade(graph, draft, standard ? model.opsets.at("") : kNewestOpset);
  if (standard) upgradeNode(upgrade);
  std::vector<NodeId> added{addNode(graph, *op, std::move(draft))};
  if (auto& following = upgrade.following()) {
    const Op* after = findOp("", following->opType);
    added.push_back(addNode(graph, *after, *std::move(following)));
  }
  return added;
}

}  // namespace

std::string nodeLabel(const NodeSource& source) {
  return nodeLabel(source.index, source.message->name(), source.message->domain(), source.message->op_type());
}

void readNode(NodeSource source, const TensorSource& tensors, Model& model) {
  const auto added =
      withContext([&] { return nodeLabel(source); }, [&] { return addNodes(source, tensors, model); });
  for (NodeId id : added) inferNode(model.graph, id);
}

}  // namespace ridge::onnx
