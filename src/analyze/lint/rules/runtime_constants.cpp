// Values and shapes that are computed in every run although they are always the same.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/support.h"

namespace ridge::analyze::lint {
namespace {

/// What does not change from run to run, for all shapes that the file allows.
class Fixed {
 public:
  explicit Fixed(const Graph& graph) : graph_(graph), fixed_(static_cast<size_t>(graph.valueCount()), false) {
    for (const NodeId id : graph.order()) {
      const Node& node = graph.node(id);
      if (!isComputable(node)) continue;
      // Another name or shape of a constant costs nothing.
      if (!isPassThrough(node) || !graph.constant(inputOf(node, 0))) nodes_.push_back(id);
      for (const ValueId out : node.out)
        if (out != kNoValue) fixed_[static_cast<size_t>(out)] = true;
    }
  }
  const std::vector<NodeId>& nodes() const { return nodes_; }

 private:
  bool isFixed(ValueId id) const {
    return id == kNoValue || graph_.constant(id) || fixed_[static_cast<size_t>(id)];
  }
  bool hasKnownContents(ValueId id) const {
    const auto& contents = graph_.value(id).contents;
    return contents &&
           std::all_of(contents->begin(), contents->end(), [](const Dim& dim) { return dim.isInteger(); });
  }
  /// Q and DQ of constants are how a quantized network states its weights: they are not foldable.
  bool isComputable(const Node& node) const {
    const Traits& traits = node.op->traits;
    if (!traits.foldable || !traits.deterministic || traits.opaque || !node.bodies.empty()) return false;
    if (node.out.size() == 1 && node.out[0] != kNoValue && hasKnownContents(node.out[0])) return true;
    return !node.in.empty() &&
           std::all_of(node.in.begin(), node.in.end(), [&](ValueId in) { return isFixed(in); });
  }

  const Graph& graph_;
  std::vector<bool> fixed_;
  std::vector<NodeId> nodes_;
};

Finding describe(const Subject& subject, const std::vector<NodeId>& nodes) {
  const Graph& graph = subject.graph();
  Finding finding{.matter = Matter::cleanup};
  bool shapes = true;
  for (const NodeId id : nodes) {
    finding.layers.push_back(displayName(graph, id));
    finding.seconds += subject.floorOf(id) + subject.roof().launchSeconds;
    shapes = shapes && isInteger(graph.value(graph.node(id).out[0]).type);
  }
  finding.figure = counted(nodes.size(), "node");
  finding.sentence = shapes ? "a shape that is always the same is computed in every run"
                            : "a value that is always the same is computed in every run";
  finding.remedy = "store the result as a constant; `ridge optimize` does";
  return finding;
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Fixed fixed(subject.imported());
  for (const auto& nodes : connectedGroups(subject.imported(), fixed.nodes()))
    findings.push_back(describe(subject, nodes));
}

}  // namespace

extern const Rule runtimeConstants{"runtime-constants",
                                   "values and shapes computed in every run that never change", look};

}  // namespace ridge::analyze::lint
