#include "onnx/graph_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "onnx/node_reader.h"
#include "onnx/opaque.h"
#include "onnx/type_io.h"

namespace ridge::onnx {

namespace {

class GraphReader {
 public:
  GraphReader(wire::GraphProto& message, const TensorSource& source, Model& model)
      : message_(message), source_(source), model_(model), graph_(model.graph) {}

  void read();

 private:
  void readInitializers();
  void readInputs();
  void declareOutputsOfNodes();
  void findInputsOfNodes();
  std::vector<size_t> sortedNodes() const;
  void readNodes();
  void readOutputs();
  void mergeDeclared(ValueId id, const wire::ValueInfoProto& declared, const char* what);
  void take(const std::string& name, const std::string& by);
  void noteDefaults(const std::vector<std::string>& names);

  wire::GraphProto& message_;
  const TensorSource& source_;
  Model& model_;
  Graph& graph_;
  std::vector<NodeSource> nodes_;
  std::vector<size_t> producers_;  // by value: index of its node in the file, or kNone
  std::unordered_map<ValueId, const wire::ValueInfoProto*> declared_;

  static constexpr size_t kNone = SIZE_MAX;
};

void GraphReader::read() {
  if (message_.sparse_initializer_size() > 0)
    failInput("sparse constants are not supported yet",
              ridge::inQuotes(message_.sparse_initializer(0).values().name()));
  graph_.name = message_.name();
  graph_.docString = message_.doc_string();
  readInputs();
  readInitializers();
  declareOutputsOfNodes();
  findInputsOfNodes();
  for (const auto& info : message_.value_info())
    if (const auto id = graph_.find(info.name())) declared_.emplace(*id, &info);
  readNodes();
  readOutputs();
}

// Every name of the file belongs to one value; the graph would otherwise rename the second one silently.
void GraphReader::take(const std::string& name, const std::string& by) {
  if (name.empty()) failInput(fmt::format("{} has no name", by));
  if (graph_.find(name))
    failInput(fmt::format("the name {} is given to two values", ridge::inQuotes(name)), by);
}

void GraphReader::readInputs() {
  std::unordered_set<std::string_view> constants;
  for (const auto& tensor : message_.initializer()) constants.insert(tensor.name());
  std::vector<std::string> defaults;
  for (const auto& info : message_.input()) {
    if (constants.contains(info.name())) {
      defaults.push_back(info.name());
      continue;
    }
    take(info.name(), "a graph input");
    withContext([&] { return "input " + ridge::inQuotes(info.name()); },
                [&] {
                  const auto type = tensorTypeFrom(info.type());
                  if (!type)
                    failInput(fmt::format("it is {}; only tensors are supported", kindOf(info.type())));
                  if (type->type == DType::undefined) failInput("it has no element type");
                  graph_.value(graph_.addInput(info.name(), type->type, type->shape)).source = info.name();
                });
  }
  noteDefaults(defaults);
}

// Until IR version 3 all initializers had to be inputs too; since then it means a default that callers may
// replace.
void GraphReader::noteDefaults(const std::vector<std::string>& names) {
  if (names.empty() || model_.irVersion < 4) return;
  const std::string first = ridge::inQuotes(names[0]);
  model_.notes.push_back(
      names.size() == 1 ? fmt::format("input {} has a default value and is taken as a constant", first)
                        : fmt::format("{} inputs ({}, ...) have default values and are taken as constants",
                                      names.size(), first));
}

void GraphReader::readInitializers() {
  for (auto& tensor : *message_.mutable_initializer()) {
    take(tensor.name(), "an initializer");
    const ValueId id =
        withContext([&] { return "initializer " + ridge::inQuotes(tensor.name()); },
                    [&] { return graph_.addConstant(tensor.name(), tensorFrom(tensor, source_)); });
    graph_.value(id).source = tensor.name();
  }
}

void GraphReader::declareOutputsOfNodes() {
  for (auto& node : *message_.mutable_node()) {
    NodeSource source{.message = &node, .index = nodes_.size(), .in = {}, .out = {}};
    withContext([&] { return nodeLabel(source); },
                [&] {
                  for (const std::string& name : node.output()) {
                    source.out.push_back(kNoValue);
                    if (name.empty()) continue;
                    take(name, "an output of a node");
                    source.out.back() = graph_.addValue(name);
                    graph_.value(source.out.back()).source = name;
                    producers_.resize(static_cast<size_t>(graph_.valueCount()), kNone);
                    producers_.back() = source.index;
                  }
                });
    nodes_.push_back(std::move(source));
  }
  producers_.resize(static_cast<size_t>(graph_.valueCount()), kNone);
}

void GraphReader::findInputsOfNodes() {
  for (NodeSource& source : nodes_) {
    for (const std::string& name : source.message->input()) {
      const auto id = name.empty() ? std::optional(kNoValue) : graph_.find(name);
      if (!id)
        failInput(fmt::format("its input {} is no output of a node, no graph input and no constant",
                              ridge::inQuotes(name)),
                  nodeLabel(source));
      source.in.push_back(*id);
    }
  }
}

// Nodes may stand in any order; among those that are ready the first of the file comes first.
std::vector<size_t> GraphReader::sortedNodes() const {
  std::vector<std::vector<size_t>> readers(nodes_.size());
  std::vector<size_t> waiting(nodes_.size(), 0);
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (const NodeSource& source : nodes_) {
    for (ValueId in : source.in) {
      if (in == kNoValue || producers_[static_cast<size_t>(in)] == kNone) continue;
      readers[producers_[static_cast<size_t>(in)]].push_back(source.index);
      ++waiting[source.index];
    }
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
    readNode(std::move(nodes_[index]), source_, model_);
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
        const auto type = tensorTypeFrom(declared.type());
        if (!type) return;
        Value& value = graph_.value(id);
        if (type->type != DType::undefined && value.type != DType::undefined && type->type != value.type)
          failInput(fmt::format("it is declared as {} but is {}", name(type->type), name(value.type)));
        if (value.type == DType::undefined) value.type = type->type;
        try {
          value.shape = merge(value.shape, type->shape);
        } catch (const Error&) {
          model_.notes.push_back(fmt::format("{} {} is declared with shape {} but has {}", what,
                                             ridge::inQuotes(declared.name()), type->shape.toString(),
                                             value.shape.toString()));
        }
      });
}

void GraphReader::readOutputs() {
  if (message_.output_size() == 0) failInput("the graph has no outputs");
  std::unordered_set<std::string_view> seen;
  for (const auto& info : message_.output()) {
    const auto id = graph_.find(info.name());
    if (!id)
      failInput(fmt::format("the graph output {} is produced by no node", ridge::inQuotes(info.name())));
    if (!seen.insert(info.name()).second)
      failInput(fmt::format("the graph output {} is listed twice", ridge::inQuotes(info.name())));
    if (info.has_type() && !info.type().has_tensor_type() && info.type().value_case() != 0)
      failInput(fmt::format("the graph output {} is {}; only tensors are supported",
                            ridge::inQuotes(info.name()), kindOf(info.type())));
    mergeDeclared(*id, info, "output");
    graph_.addOutput(info.name(), *id);
  }
}

}  // namespace

void readGraph(wire::GraphProto& message, const TensorSource& source, Model& model) {
  GraphReader(message, source, model).read();
  message.clear_node();
  message.clear_name();
  message.clear_initializer();
  message.clear_doc_string();
  message.clear_input();
  message.clear_output();
  message.clear_value_info();
}

}  // namespace ridge::onnx
