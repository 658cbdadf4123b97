#include "onnx/export_names.h"

#include <fmt/format.h>

#include <unordered_set>

#include "base/error.h"
#include "base/text.h"

namespace ridge::onnx {

namespace {

class Namer {
 public:
  explicit Namer(const Graph& graph) : graph_(graph) {
    result_.names.resize(static_cast<size_t>(graph.valueCount()));
  }

  ExportNames run() {
    for (ValueId id : graph_.inputs()) claim(id, graph_.value(id).name);
    for (const Graph::Output& output : graph_.outputs()) nameOutput(output);
    for (ValueId id = 0; id < graph_.valueCount(); ++id)
      if (nameOf(id).empty() && graph_.useCount(id) + (graph_.producer(id) != kNoNode ? 1 : 0) > 0)
        claim(id, freeName(graph_.value(id).name));
    return std::move(result_);
  }

 private:
  std::string& nameOf(ValueId id) { return result_.names[static_cast<size_t>(id)]; }

  void claim(ValueId id, const std::string& name) {
    nameOf(id) = name;
    taken_.insert(name);
  }

  void nameOutput(const Graph::Output& output) {
    if (nameOf(output.value) == output.name && graph_.isInput(output.value))
      return;  // passed through as it is
    if (taken_.contains(output.name))
      failInput(fmt::format("the name {} belongs to two inputs or outputs of the graph",
                            ridge::inQuotes(output.name)));
    const bool free = nameOf(output.value).empty() && !graph_.value(output.value).isConstant();
    if (free) {
      claim(output.value, output.name);
    } else {
      result_.copies.push_back(output);
      taken_.insert(output.name);
    }
  }

  std::string freeName(const std::string& wanted) const {
    std::string name = wanted;
    for (int suffix = 1; taken_.contains(name) || (name != wanted && graph_.find(name)); ++suffix)
      name = fmt::format("{}.{}", wanted, suffix);
    return name;
  }

  const Graph& graph_;
  ExportNames result_;
  std::unordered_set<std::string> taken_;
};

}  // namespace

ExportNames exportNames(const Graph& graph) {
  return Namer(graph).run();
}

}  // namespace ridge::onnx
