#include "onnx/export_names.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace ridge::onnx {

namespace {

class Namer {
 public:
  Namer(const Graph& graph, TakenNames& taken) : graph_(graph), taken_(taken) {
    result_.names.resize(static_cast<size_t>(graph.valueCount()));
  }

  ExportNames ofModel() {
    for (ValueId id : graph_.inputs()) claim(id, graph_.value(id).name);
    for (const Graph::Output& output : graph_.outputs()) nameOutput(output);
    nameOthers();
    return std::move(result_);
  }

  ExportNames ofBody(std::span<const std::string> captured) {
    const auto inputs = graph_.inputs();
    const size_t formal = inputs.size() - captured.size();
    for (size_t at = 0; at < inputs.size(); ++at)
      if (at < formal)
        claim(inputs[at], freeName(graph_.value(inputs[at]).name));
      else
        nameOf(inputs[at]) = captured[at - formal];
    for (const Graph::Output& output : graph_.outputs()) {
      const std::string name = freeName(output.name);
      if (nameOf(output.value).empty() && !graph_.value(output.value).isConstant())
        claim(output.value, name);
      else
        copy({name, output.value});
      result_.outputs.push_back(name);
    }
    nameOthers();
    return std::move(result_);
  }

 private:
  std::string& nameOf(ValueId id) { return result_.names[static_cast<size_t>(id)]; }

  void claim(ValueId id, const std::string& name) {
    nameOf(id) = name;
    taken_.insert(name);
  }

  void copy(const Graph::Output& output) {
    result_.copies.push_back(output);
    taken_.insert(output.name);
  }

  void nameOthers() {
    for (ValueId id = 0; id < graph_.valueCount(); ++id)
      if (nameOf(id).empty() && graph_.useCount(id) + (graph_.producer(id) != kNoNode ? 1 : 0) > 0)
        claim(id, freeName(graph_.value(id).name));
  }

  void nameOutput(const Graph::Output& output) {
    result_.outputs.push_back(output.name);
    if (nameOf(output.value) == output.name && graph_.isInput(output.value))
      return;  // passed through as it is
    if (taken_.contains(output.name))
      failInput(fmt::format("the name {} belongs to two inputs or outputs of the graph",
                            ridge::inQuotes(output.name)));
    const bool free = nameOf(output.value).empty() && !graph_.value(output.value).isConstant();
    if (free)
      claim(output.value, output.name);
    else
      copy(output);
  }

  std::string freeName(const std::string& wanted) const {
    const std::string stem = wanted.empty() ? "value" : wanted;
    std::string name = stem;
    for (int suffix = 1; taken_.contains(name) || (name != wanted && graph_.find(name)); ++suffix)
      name = fmt::format("{}.{}", stem, suffix);
    return name;
  }

  const Graph& graph_;
  TakenNames& taken_;
  ExportNames result_;
};

}  // namespace

ExportNames exportNames(const Graph& graph, TakenNames& taken) {
  return Namer(graph, taken).ofModel();
}

ExportNames bodyNames(const Graph& body, std::span<const std::string> captured, TakenNames& taken) {
  return Namer(body, taken).ofBody(captured);
}

}  // namespace ridge::onnx
