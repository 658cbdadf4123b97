// Nodes that give back what they get: left by training and by exporters.
#include <fmt/format.h>

#include <map>

#include "analyze/lint/support.h"
#include "passes/pass_list.h"

namespace ridge::analyze::lint {
namespace {

/// What they are called in the sentence: by their op.
void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Pass* pass = findPass("no_op");
  check(pass && pass->run, "the pass that finds nodes without effect exists");
  std::map<std::string, Finding> byOp;
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (isShapeArithmetic(graph, node)) continue;
    if (graph.constant(inputOf(node, 0))) continue;  // weights that exporters share under several names
    const Rewrite found = pass->run(graph, id, {});
    if (!std::holds_alternative<Patch>(found)) continue;
    Finding& finding = byOp[displayName(*node.op)];
    finding.layers.push_back(displayName(graph, id));
    // Views cost a launch at most; the others are copied by a runtime that takes them at their word.
    finding.seconds += subject.roof().launchSeconds + (node.op->traits.view ? 0 : subject.floorOf(id));
  }
  for (auto& [op, finding] : byOp) {
    finding.matter = Matter::cleanup;
    finding.figure = counted(static_cast<int64_t>(finding.layers.size()), "node");
    finding.sentence = fmt::format("{} gives back what it gets", op);
    finding.remedy = "remove it; `ridge optimize` does";
    findings.push_back(std::move(finding));
  }
}

}  // namespace

extern const Rule leftovers{"leftovers", "Identity, Dropout and other nodes without effect", look};

}  // namespace ridge::analyze::lint
