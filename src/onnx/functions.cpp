#include "onnx/functions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "onnx/draft.h"
#include "onnx/opset.h"

namespace ridge::onnx {

namespace {

std::string keyOf(std::string_view domain, const std::string& name, const std::string& overload) {
  return fmt::format("{}\n{}\n{}", canonicalDomain(domain), name, overload);
}

void setAttributeName(wire::AttributeProto& attribute, const wire::AttributeProto& given) {
  const std::string name = attribute.name();
  attribute = given;
  attribute.set_name(name);
}

}  // namespace

Opsets opsetsOf(const google::protobuf::RepeatedPtrField<wire::OperatorSetIdProto>& imports) {
  Opsets opsets;
  for (const auto& import : imports) {
    const std::string domain(canonicalDomain(import.domain()));
    const auto [known, fresh] = opsets.emplace(domain, import.version());
    if (!fresh && known->second != import.version())
      failInput(fmt::format("opsets {} and {} of the domain {} are both imported", known->second,
                            import.version(), ridge::inQuotes(domain)));
  }
  const auto standard = opsets.find("");
  if (standard == opsets.end()) return opsets;
  if (standard->second < kOldestOpset)
    failInput(fmt::format("opset {} is older than {}, the oldest supported", standard->second, kOldestOpset),
              {}, "convert the model to a newer opset");
  if (standard->second > kNewestOpset)
    failInput(fmt::format("opset {} is newer than {}, the newest known", standard->second, kNewestOpset), {},
              "export the model with an older opset");
  return opsets;
}

Functions::Functions(wire::ModelProto& model, const ReadOptions& options) : options_(options) {
  for (auto& message : *model.mutable_functions()) {
    const std::string label = "function " + ridge::inQuotes(message.name());
    withContext([&] { return std::string(label); },
                [&] {
                  Function function{.message = {}, .opsets = opsetsOf(message.opset_import())};
                  const std::string key = keyOf(message.domain(), message.name(), message.overload());
                  function.message.Swap(&message);
                  if (!functions_.emplace(key, std::move(function)).second)
                    failInput("the model has it twice");
                });
  }
  model.clear_functions();
  if (!functions_.empty()) collectNames(model.graph());
}

void Functions::addOpsets(Opsets& opsets) const {
  for (const auto& [key, function] : functions_)
    for (const auto& [domain, version] : function.opsets) opsets.emplace(domain, version);
}

void Functions::collectNames(const wire::GraphProto& graph) {
  for (const auto& input : graph.input()) taken_.insert(input.name());
  for (const auto& tensor : graph.initializer()) taken_.insert(tensor.name());
  for (const auto& tensor : graph.sparse_initializer()) taken_.insert(tensor.values().name());
  for (const auto& node : graph.node()) {
    taken_.insert(node.output().begin(), node.output().end());
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) collectNames(attribute.g());
      for (const auto& body : attribute.graphs()) collectNames(body);
    }
  }
}

const Functions::Function* Functions::find(const wire::NodeProto& node) const {
  if (functions_.empty()) return nullptr;
  const auto found = functions_.find(keyOf(node.domain(), node.op_type(), node.overload()));
  return found == functions_.end() ? nullptr : &found->second;
}

std::vector<FlatNode> Functions::flatten(wire::GraphProto& graph, const Opsets& opsets) {
  std::vector<FlatNode> nodes;
  for (int at = 0; at < graph.node_size(); ++at) {
    wire::NodeProto& node = *graph.mutable_node(at);
    withContext(
        [&] { return nodeLabel(static_cast<size_t>(at), node.name(), node.domain(), node.op_type()); },
        [&] { flattenNode(node, opsets, nodes); });
  }
  return nodes;
}

void Functions::flattenNode(wire::NodeProto& node, const Opsets& opsets, std::vector<FlatNode>& nodes) {
  if (++nodes_ > options_.maxNodes)
    failInput(fmt::format("the model has more than {} nodes, the limit", options_.maxNodes), {},
              "raise the limit on nodes if the model is trusted");
  if (const Function* function = find(node))
    inlineCall(node, *function, nodes);
  else
    nodes.push_back({&node, &opsets});
}

void Functions::inlineCall(const wire::NodeProto& call, const Function& function,
                           std::vector<FlatNode>& nodes) {
  const wire::FunctionProto& message = function.message;
  if (std::find(calls_.begin(), calls_.end(), &function) != calls_.end())
    failInput(fmt::format("the function {} calls itself", ridge::inQuotes(message.name())));
  if (static_cast<int64_t>(calls_.size()) >= options_.maxDepth)
    failInput(fmt::format("functions call each other deeper than {} levels, the limit", options_.maxDepth),
              {}, "raise the limit on depth if the model is trusted");
  const std::string label = !call.name().empty()                                ? call.name()
                            : call.output_size() > 0 && !call.output(0).empty() ? call.output(0)
                                                                                : message.name();
  Attributes attributes;
  for (const auto& attribute : message.attribute_proto()) attributes[attribute.name()] = &attribute;
  for (const auto& attribute : call.attribute()) attributes[attribute.name()] = &attribute;
  std::vector<std::pair<std::string, std::string>> copies;
  const Names names = namesOf(call, message, label, copies);

  calls_.push_back(&function);
  for (const auto& body : message.node()) {
    wire::NodeProto& node = made_.emplace_back(body);
    adapt(node, names, attributes, label);
    flattenNode(node, function.opsets, nodes);
  }
  for (const auto& [from, to] : copies) {
    wire::NodeProto& node = made_.emplace_back();
    node.set_op_type("Identity");
    node.add_input(from);
    node.add_output(to);
    flattenNode(node, function.opsets, nodes);
  }
  calls_.pop_back();
}

// Names inside the function as they are called outside. An output that is an input, or another output, needs
// a copy.
Functions::Names Functions::namesOf(const wire::NodeProto& call, const wire::FunctionProto& function,
                                    const std::string& label,
                                    std::vector<std::pair<std::string, std::string>>& copies) {
  if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
    failInput(fmt::format("it has {} inputs and {} outputs, the function {} and {}", call.input_size(),
                          call.output_size(), function.input_size(), function.output_size()));
  Names names;
  for (int at = 0; at < function.input_size(); ++at)
    if (!names.emplace(function.input(at), at < call.input_size() ? call.input(at) : "").second)
      failInput(fmt::format("the function has two inputs named {}", ridge::inQuotes(function.input(at))));
  for (int at = 0; at < call.output_size(); ++at) {
    if (call.output(at).empty()) continue;
    const auto [known, fresh] = names.emplace(function.output(at), call.output(at));
    if (!fresh) copies.emplace_back(known->second, call.output(at));
  }
  for (const auto& node : function.node())
    for (const std::string& name : node.output())
      if (!name.empty() && !names.contains(name)) names.emplace(name, freshName(label, name));
  return names;
}

std::string Functions::freshName(const std::string& label, const std::string& name) {
  const std::string stem = fmt::format("{}.{}", label, name);
  std::string fresh = stem;
  for (int suffix = 1; !taken_.insert(fresh).second; ++suffix) fresh = fmt::format("{}.{}", stem, suffix);
  return fresh;
}

void Functions::adapt(wire::NodeProto& node, const Names& names, const Attributes& attributes,
                      const std::string& label) {
  const auto renamed = [&](std::string& name) {
    if (const auto found = names.find(name); found != names.end()) name = found->second;
  };
  for (std::string& name : *node.mutable_input()) renamed(name);
  for (std::string& name : *node.mutable_output()) renamed(name);
  if (!node.name().empty()) node.set_name(fmt::format("{}.{}", label, node.name()));

  auto& list = *node.mutable_attribute();
  for (auto& attribute : list) {
    if (!attribute.has_ref_attr_name()) continue;
    const auto given = attributes.find(attribute.ref_attr_name());
    if (given != attributes.end()) setAttributeName(attribute, *given->second);
  }
  // What the call does not give and the function has no default for is left to the op's default.
  list.erase(
      std::remove_if(list.begin(), list.end(), [](const auto& each) { return each.has_ref_attr_name(); }),
      list.end());
  for (auto& attribute : list) {
    if (attribute.has_g()) adaptBody(*attribute.mutable_g(), names, attributes, label);
    for (auto& body : *attribute.mutable_graphs()) adaptBody(body, names, attributes, label);
  }
}

// Names of the body get fresh ones too, or one of them might hide a name of the caller.
void Functions::adaptBody(wire::GraphProto& body, Names names, const Attributes& attributes,
                          const std::string& label) {
  const auto declare = [&](std::string* name) {
    if (name->empty()) return;
    const std::string fresh = freshName(label, *name);
    names[*name] = fresh;
  };
  const auto rename = [&](std::string* name) {
    if (const auto found = names.find(*name); found != names.end()) *name = found->second;
  };
  std::unordered_set<std::string> inputs;
  for (auto& input : *body.mutable_input()) {
    declare(input.mutable_name());
    inputs.insert(input.name());
  }
  for (auto& tensor : *body.mutable_initializer())
    if (!inputs.contains(tensor.name())) declare(tensor.mutable_name());
  for (auto& tensor : *body.mutable_sparse_initializer()) declare(tensor.mutable_values()->mutable_name());
  for (auto& node : *body.mutable_node())
    for (std::string& name : *node.mutable_output()) declare(&name);

  for (auto& input : *body.mutable_input()) rename(input.mutable_name());
  for (auto& tensor : *body.mutable_initializer()) rename(tensor.mutable_name());
  for (auto& tensor : *body.mutable_sparse_initializer()) rename(tensor.mutable_values()->mutable_name());
  for (auto& output : *body.mutable_output()) rename(output.mutable_name());
  for (auto& info : *body.mutable_value_info()) rename(info.mutable_name());
  for (auto& node : *body.mutable_node()) adapt(node, names, attributes, label);
}

}  // namespace ridge::onnx
