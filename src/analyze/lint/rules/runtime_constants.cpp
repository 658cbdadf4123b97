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
      const bool theirs = standsInFile(graph, id);
      // Another name or shape of a constant costs nothing.
      if (theirs && (!isPassThrough(node) || !graph.constant(inputOf(node, 0)))) nodes_.push_back(id);
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

/// All of a kind are one finding: exporters leave them all over the network.
struct Places {
  Finding finding{.matter = Matter::cleanup};
  size_t places = 0;
};

void add(Places& to, const Subject& subject, const std::vector<NodeId>& nodes) {
  ++to.places;
  for (const NodeId id : nodes) {
    to.finding.layers.push_back(displayName(subject.graph(), id));
    to.finding.seconds += subject.floorOf(id) + subject.roof().launchSeconds;
  }
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Fixed fixed(subject.imported());
  Places shapes, values;
  for (const auto& nodes : connectedGroups(subject.imported(), fixed.nodes())) {
    // Outputs may be left out.
    const auto makesIntegers = [&](NodeId id) {
      const std::vector<ValueId>& out = graph.node(id).out;
      return std::all_of(out.begin(), out.end(), [&](ValueId value) {
        return value == kNoValue || isInteger(graph.value(value).type);
      });
    };
    const bool ofShapes = std::all_of(nodes.begin(), nodes.end(), makesIntegers);
    add(ofShapes ? shapes : values, subject, nodes);
  }
  for (Places* all : {&shapes, &values}) {
    if (all->places == 0) continue;
    Finding& finding = all->finding;
    finding.figure = fmt::format("{} in {}", counted(static_cast<int64_t>(finding.layers.size()), "node"),
                                 counted(static_cast<int64_t>(all->places), "place"));
    finding.sentence = fmt::format("{} that are always the same are computed in every run",
                                   all == &shapes ? "shapes" : "values");
    finding.remedy = "store the results as constants; `ridge optimize` does";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

extern const Rule runtimeConstants{"runtime-constants",
                                   "values and shapes computed in every run that never change", look};

}  // namespace ridge::analyze::lint
