#include "onnx/node_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "onnx/attribute_io.h"
#include "onnx/constant_node.h"
#include "onnx/draft.h"
#include "onnx/opaque.h"
#include "onnx/opset.h"
#include "onnx/type_io.h"
#include "onnx/upgrade.h"
#include "ops/infer.h"
#include "ops/list.h"
#include "ops/ops.h"
#include "ops/random/random.h"

namespace ridge::onnx {

namespace {

// Ops of our own exist only after lowering; files that name them are carried, not trusted.
const Op* listedOp(const wire::NodeProto& message) {
  const std::string_view domain = canonicalDomain(message.domain());
  if (domain == "ridge") return nullptr;
  return findOp(domain, domain.empty() ? currentName(message.op_type()) : message.op_type());
}

void refuseBodies(const wire::NodeProto& message) {
  for (const auto& attribute : message.attribute())
    if (const auto kind = kindOf(attribute); kind == AttributeKind::graph || kind == AttributeKind::graphs)
      failInput(fmt::format("the op {} is not known, and it runs a graph, so it cannot be carried along",
                            escaped(message.op_type())));
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
  // Captured values come behind the inputs, so those keep their number.
  const bool bodies = !source.outerNames.empty();
  while (!bodies && !draft.in.empty() && draft.in.back() == kNoValue) draft.in.pop_back();
  while (!draft.out.empty() && draft.out.back() == kNoValue) draft.out.pop_back();
  if (draft.out.empty()) failInput("it has no outputs");
  const auto firstOut =
      std::find_if(draft.out.begin(), draft.out.end(), [](ValueId id) { return id != kNoValue; });
  draft.origins = {draft.name.empty() ? graph.value(*firstOut).name : draft.name};
  for (const auto& entry : source.message->metadata_props())
    draft.metadata.emplace_back(entry.key(), entry.value());
  return draft;
}

void expectDomain(const NodeSource& source) {
  const std::string& domain = source.message->domain();
  if (!source.opsets->contains(std::string(canonicalDomain(domain))))
    failInput(domain.empty()
                  ? std::string("the model does not say which opset it uses")
                  : fmt::format("the model imports no opset of the domain {}", ridge::inQuotes(domain)));
}

wire::GraphProto& bodyOf(wire::NodeProto& message, std::string_view name) {
  for (auto& attribute : *message.mutable_attribute())
    if (attribute.name() == name && attribute.has_g()) return *attribute.mutable_g();
  failInput(fmt::format("attribute {} is missing, or it is no graph", name));
}

// Bodies become closed graphs; what they read from around becomes inputs of theirs and of the node.
void readBodies(const NodeSource& source, const Op& op, NodeDraft& draft, const Graph& graph, int64_t depth,
                Import& import) {
  if (op.bodies.empty()) return;
  expectDepth(depth, import.options);
  std::vector<OuterName> captures, constants;
  for (const OuterName& outer : source.outerNames)
    (graph.value(outer.id).isConstant() ? constants : captures).push_back(outer);
  for (const std::string_view name : op.bodies)
    draft.bodies.push_back(withContext([&] { return std::string(name); },
                                       [&] {
                                         return readBody({.message = &bodyOf(*source.message, name),
                                                          .outer = &graph,
                                                          .outerNames = captures,
                                                          .constants = constants,
                                                          .opsets = source.opsets,
                                                          .depth = depth + 1},
                                                         import);
                                       }));
  // Both of Loop's own inputs may be left out, at the end even without a trace; captures stand behind them.
  if (&op == &ops::loop && draft.in.size() < 2) draft.in.resize(2, kNoValue);
  draft.captures = static_cast<int>(captures.size());
  for (const OuterName& outer : captures) draft.in.push_back(outer.id);
  auto& attributes = *source.message->mutable_attribute();
  attributes.erase(std::remove_if(attributes.begin(), attributes.end(),
                                  [&](const auto& each) {
                                    return std::count(op.bodies.begin(), op.bodies.end(), each.name()) > 0;
                                  }),
                   attributes.end());
}

// What an Optional is declared to hold is the type of its output.
void takeOptionalType(wire::NodeProto& message, Value& output) {
  auto& attributes = *message.mutable_attribute();
  for (auto each = attributes.begin(); each != attributes.end(); ++each) {
    if (each->name() != "type" || !each->has_tp()) continue;
    const auto held = valueTypeFrom(each->tp());
    if (!held || (held->container != Container::tensor && held->container != Container::sequence))
      failInput(fmt::format("an optional that holds {} is not supported", kindOf(each->tp())));
    output.type = held->type;
    output.shape = held->shape;
    output.container =
        held->container == Container::sequence ? Container::optionalSequence : Container::optional;
    attributes.erase(each);
    return;
  }
}

// A node that is carried must keep its meaning under the one opset that the written model will import.
void expectOneOpset(const NodeSource& source, const Model& model) {
  const std::string domain(canonicalDomain(source.message->domain()));
  if (source.opsets->at(domain) != model.opsets.at(domain))
    failInput(fmt::format("the op is not known, and its function imports opset {} where the model has {}",
                          source.opsets->at(domain), model.opsets.at(domain)));
}

// The main node and, for some upgrades, one that follows it.
std::vector<NodeId> addNodes(NodeSource& source, Graph& graph, int64_t depth, Import& import) {
  wire::NodeProto& message = *source.message;
  expectDomain(source);
  const bool standard = canonicalDomain(message.domain()).empty();
  if (standard && message.op_type() == "Constant") {
    if (source.out.size() != 1 || source.out.front() == kNoValue) failInput("a Constant has one output");
    if (!source.in.empty()) failInput("a Constant has no inputs");
    setConstant(graph, source.out.front(), constantFrom(message, import.tensors));
    return {};
  }
  NodeDraft draft = draftOf(source, graph);
  const Op* op = listedOp(message);
  if (!op) {
    refuseBodies(message);
    expectOneOpset(source, import.model);
    draft.attributes = opaqueAttributes(message, import.tensors);
    return {addNode(graph, opaqueOp(), std::move(draft))};
  }
  readBodies(source, *op, draft, graph, depth, import);
  if (op == &ops::optional) takeOptionalType(message, graph.value(draft.out.front()));
  draft.attributes = attributesFrom(message, import.tensors);
  // What is drawn hangs on the seed alone, so that the truth and every plan draw the same.
  if (!op->traits.deterministic && !draft.attributes.find("seed"))
    draft.attributes.set("seed", ops::seedFromName(draft.origins.front()));
  UpgradeContext upgrade(graph, draft, standard ? source.opsets->at("") : kNewestOpset);
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

void expectDepth(int64_t depth, const ReadOptions& options) {
  if (depth >= options.maxDepth)
    failInput(fmt::format("bodies are nested deeper than {} levels, the limit", options.maxDepth), {},
              "raise the limit on depth if the model is trusted");
}

void readNode(NodeSource source, Graph& graph, int64_t depth, Import& import) {
  const auto added =
      withContext([&] { return nodeLabel(source); }, [&] { return addNodes(source, graph, depth, import); });
  for (NodeId id : added) inferNode(graph, id);
}

}  // namespace ridge::onnx
