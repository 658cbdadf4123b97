#include "onnx/graph_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "onnx/free_names.h"
#include "onnx/node_reader.h"
#include "onnx/opaque.h"
#include "onnx/sparse.h"
#include "onnx/type_io.h"
#include "ops/infer_support.h"

namespace ridge::onnx {

namespace {

class GraphReader {
 public:
  GraphReader(wire::GraphProto& message, Graph& graph, Import& import, const BodySource* body = nullptr)
      : message_(message), graph_(graph), import_(import), body_(body) {}

  void read();

 private:
  void readInitializers();
  void readInputs();
  void readInput(const wire::ValueInfoProto& info);
  void readCaptures();
  std::optional<ValueId> find(const std::string& name);
  ValueId require(const std::string& name, const NodeSource& reader);
  void declareOutputsOfNodes();
  void findInputsOfNodes();
  std::vector<size_t> sortedNodes() const;
  void readNodes();
  void readOutputs();
  void mergeDeclared(ValueId id, const wire::ValueInfoProto& declared, const char* what);
  void take(const std::string& name, const std::string& by);
  ValueId addConstant(const std::string& name, Tensor tensor);
  const Opsets& opsets() const { return body_ ? *body_->opsets : import_.model.opsets; }
  void noteDefaults(const std::vector<std::string>& names);

  wire::GraphProto& message_;
  Graph& graph_;
  Import& import_;
  const BodySource* body_;  // null: the main graph
  std::unordered_map<std::string, ValueId> names_;
  std::vector<ValueId> captures_;
  std::unordered_map<std::string_view, ValueId> outerConstants_;
  std::vector<NodeSource> nodes_;
  std::vector<size_t> producers_;  // by value: index of its node in the file, or kNone
  std::unordered_map<ValueId, const wire::ValueInfoProto*> declared_;

  static constexpr size_t kNone = SIZE_MAX;
};

void GraphReader::read() {
  graph_.name = message_.name();
  graph_.docString = message_.doc_string();
  readInputs();
  if (body_) readCaptures();
  readInitializers();
  declareOutputsOfNodes();
  if (body_)
    for (size_t at = 0; at < captures_.size(); ++at)
      names_.emplace(body_->outerNames[at].name, captures_[at]);  // unless the body has the name itself
  findInputsOfNodes();
  for (const auto& info : message_.value_info())
    if (const auto found = names_.find(info.name()); found != names_.end())
      declared_.emplace(found->second, &info);
  readNodes();
  readOutputs();
}

// Every name of the file belongs to one value; the graph would otherwise rename the second one silently.
void GraphReader::take(const std::string& name, const std::string& by) {
  if (name.empty()) failInput(fmt::format("{} has no name", by));
  if (names_.contains(name))
    failInput(fmt::format("the name {} is given to two values", ridge::inQuotes(name)), by);
}

// Shapes that a body declares of its values hold for some iterations only.
ValueType forBody(ValueType type) {
  if (type.shape.ranked()) type.shape = unknownShape(type.shape.rank());
  return type;
}

void GraphReader::readInputs() {
  std::unordered_set<std::string_view> constants;
  for (const auto& tensor : message_.initializer()) constants.insert(tensor.name());
  for (const auto& tensor : message_.sparse_initializer()) constants.insert(tensor.values().name());
  std::vector<std::string> defaults;
  for (const auto& info : message_.input()) {
    if (!body_ && constants.contains(info.name())) {
      defaults.push_back(info.name());
      continue;
    }
    take(info.name(), "a graph input");
    withContext([&] { return "input " + ridge::inQuotes(info.name()); }, [&] { readInput(info); });
  }
  noteDefaults(defaults);
}

void GraphReader::readInput(const wire::ValueInfoProto& info) {
  auto type = valueTypeFrom(info.type());
  if (!type && (!body_ || info.type().value_case() != 0))
    failInput(fmt::format("it is {}; only tensors, sequences of tensors and optionals are supported",
                          kindOf(info.type())));
  if (!body_ && type->type == DType::undefined) failInput("it has no element type");
  if (body_) type = forBody(type.value_or(ValueType{}));
  const ValueId id = graph_.addInput(info.name(), type->type, type->shape);
  graph_.value(id).container = type->container;
  graph_.value(id).source = info.name();
  names_.emplace(info.name(), id);
}

void GraphReader::readCaptures() {
  for (const OuterName& outer : body_->constants) outerConstants_.emplace(outer.name, outer.id);
  for (const OuterName& outer : body_->outerNames) {
    const Value& value = body_->outer->value(outer.id);
    captures_.push_back(graph_.addInput(outer.name, value.type, value.shape));
    graph_.value(captures_.back()).container = value.container;
    graph_.value(captures_.back()).contents = value.contents;
  }
}

ValueId GraphReader::addConstant(const std::string& name, Tensor tensor) {
  const ValueId id = graph_.addConstant(name, std::move(tensor));
  graph_.value(id).source = name;
  names_.emplace(name, id);
  return id;
}

// A constant of an outer graph comes into the body when the body reads it.
std::optional<ValueId> GraphReader::find(const std::string& name) {
  if (const auto found = names_.find(name); found != names_.end()) return found->second;
  if (!body_) return std::nullopt;
  const auto outer = outerConstants_.find(name);
  if (outer == outerConstants_.end()) return std::nullopt;
  return addConstant(name, body_->outer->value(outer->second).constant);
}

// Until IR version 3 all initializers had to be inputs too; since then it means a default that callers may
// replace.
void GraphReader::noteDefaults(const std::vector<std::string>& names) {
  if (names.empty() || import_.model.irVersion < 4) return;
  const std::string first = ridge::inQuotes(names[0]);
  import_.model.notes.push_back(
      names.size() == 1 ? fmt::format("input {} has a default value and is taken as a constant", first)
                        : fmt::format("{} inputs ({}, ...) have default values and are taken as constants",
                                      names.size(), first));
}

void GraphReader::readInitializers() {
  const auto add = [&](const std::string& name, auto&& read) {
    if (body_ && names_.contains(name)) return;  // the default of an input that is always given
    take(name, "an initializer");
    addConstant(name, withContext([&] { return "initializer " + ridge::inQuotes(name); }, read));
  };
  for (auto& tensor : *message_.mutable_initializer())
    add(std::string(tensor.name()), [&] { return tensorFrom(tensor, import_.tensors); });
  for (auto& tensor : *message_.mutable_sparse_initializer())
    add(std::string(tensor.values().name()), [&] { return sparseTensorFrom(tensor, import_.tensors); });
}

void GraphReader::declareOutputsOfNodes() {
  for (const FlatNode& node : import_.functions.flatten(message_, opsets())) {
    NodeSource source{.message = node.message, .opsets = node.opsets, .index = nodes_.size()};
    withContext([&] { return nodeLabel(source); },
                [&] {
                  for (const std::string& name : node.message->output()) {
                    source.out.push_back(kNoValue);
                    if (name.empty()) continue;
                    take(name, "an output of a node");
                    const ValueId id = source.out.back() = graph_.addValue(name);
                    graph_.value(id).source = name;
                    names_.emplace(name, id);
                    producers_.resize(static_cast<size_t>(graph_.valueCount()), kNone);
                    producers_.back() = source.index;
                  }
                });
    nodes_.push_back(std::move(source));
  }
}

ValueId GraphReader::require(const std::string& name, const NodeSource& reader) {
  const auto id = find(name);
  if (!id)
    failInput(fmt::format("its input {} is no output of a node, no graph input and no constant",
                          ridge::inQuotes(name)),
              nodeLabel(reader));
  return *id;
}

void GraphReader::findInputsOfNodes() {
  for (NodeSource& source : nodes_) {
    for (const std::string& name : source.message->input())
      source.in.push_back(name.empty() ? kNoValue : require(name, source));
    for (std::string& name : freeNames(*source.message)) {
      const ValueId id = require(name, source);
      source.outerNames.push_back({std::move(name), id});
    }
  }
  producers_.resize(static_cast<size_t>(graph_.valueCount()), kNone);
}

// Nodes may stand in any order; among those that are ready the first of the file comes first.
std::vector<size_t> GraphReader::sortedNodes() const {
  std::vector<std::vector<size_t>> readers(nodes_.size());
  std::vector<size_t> waiting(nodes_.size(), 0);
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (const NodeSource& source : nodes_) {
    const auto waitFor = [&](ValueId in) {
      if (in == kNoValue || producers_[static_cast<size_t>(in)] == kNone) return;
      readers[producers_[static_cast<size_t>(in)]].push_back(source.index);
      ++waiting[source.index];
    };
    for (const ValueId in : source.in) waitFor(in);
    for (const OuterName& outer : source.outerNames) waitFor(outer.id);
    if (waiting[source.index] == 0) ready.push(source.index);
  }
  std::vector<size_t> sorted;
  while (!ready.empty()) {
    const size_t index = ready.top();
    ready.pop();
    sorted.push_back(index);
    for (size_t reader : readers[index])
      if (--waiting[reader] == 0) ready.push(reader);
  }
  if (sorted.size() < nodes_.size()) {
    const auto stuck = std::find_if(waiting.begin(), waiting.end(), [](size_t count) { return count > 0; });
    failInput("the node depends on its own output: the graph has a cycle",
              nodeLabel(nodes_[static_cast<size_t>(stuck - waiting.begin())]));
  }
  return sorted;
}

void GraphReader::readNodes() {
  for (size_t index : sortedNodes()) {
    const std::vector<ValueId> out = nodes_[index].out;
    readNode(std::move(nodes_[index]), graph_, body_ ? body_->depth : 0, import_);
    for (ValueId id : out)
      if (const auto declared = declared_.find(id); declared != declared_.end())
        mergeDeclared(id, *declared->second, "value");
  }
}

// What inference found out stands; the declaration fills in what it could not tell. Files whose inputs were
// resized by hand carry shapes that are no longer true, so those are left with a note.
void GraphReader::mergeDeclared(ValueId id, const wire::ValueInfoProto& declared, const char* what) {
  withContext(
      [&] { return fmt::format("{} {}", what, ridge::inQuotes(declared.name())); },
      [&] {
        auto type = valueTypeFrom(declared.type());
        if (!type) return;
        if (body_) type = forBody(*std::move(type));
        Value& value = graph_.value(id);
        const NodeId producer = graph_.producer(id);
        if (value.type == DType::undefined || (producer != kNoNode && isOpaque(graph_.node(producer))))
          value.container = type->container;
        if (type->type != DType::undefined && value.type != DType::undefined && type->type != value.type)
          failInput(fmt::format("it is declared as {} but is {}", name(type->type), name(value.type)));
        if (value.type == DType::undefined) value.type = type->type;
        try {
          value.shape = merge(value.shape, type->shape);
        } catch (const Error&) {
          import_.model.notes.push_back(fmt::format("{} {} is declared with shape {} but has {}", what,
                                                    ridge::inQuotes(declared.name()), type->shape.toString(),
                                                    value.shape.toString()));
        }
      });
}

void GraphReader::readOutputs() {
  if (message_.output_size() == 0 && !body_) failInput("the graph has no outputs");
  std::unordered_set<std::string_view> seen;
  for (const auto& info : message_.output()) {
    const auto id = find(info.name());
    if (!id)
      failInput(fmt::format("the graph output {} is produced by no node", ridge::inQuotes(info.name())));
    if (!seen.insert(info.name()).second && !body_)
      failInput(fmt::format("the graph output {} is listed twice", ridge::inQuotes(info.name())));
    if (info.has_type() && !valueTypeFrom(info.type()) && info.type().value_case() != 0)
      failInput(
          fmt::format("the graph output {} is {}; only tensors, sequences of tensors and optionals are "
                      "supported",
                      ridge::inQuotes(info.name()), kindOf(info.type())));
    mergeDeclared(*id, info, "output");
    graph_.addOutput(info.name(), *id);
  }
}

}  // namespace

void readGraph(wire::GraphProto& message, Import& import) {
  GraphReader(message, import.model.graph, import).read();
  message.clear_node();
  message.clear_name();
  message.clear_initializer();
  message.clear_sparse_initializer();
  message.clear_doc_string();
  message.clear_input();
  message.clear_output();
  message.clear_value_info();
}

std::shared_ptr<const Graph> readBody(const BodySource& source, Import& import) {
  auto body = std::make_shared<Graph>();
  GraphReader(*source.message, *body, import, &source).read();
  return body;
}

}  // namespace ridge::onnx
