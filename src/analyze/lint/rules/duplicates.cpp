// The same computed twice, and computed for nobody.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/cost_support.h"
#include "passes/pass_list.h"

namespace ridge::analyze::lint {
namespace {

bool isUnread(const Graph& graph, const Node& node) {
  return std::all_of(node.out.begin(), node.out.end(),
                     [&](ValueId out) { return out == kNoValue || graph.useCount(out) == 0; });
}

void judgeParts(const Subject& subject, NodeId id, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Node& node = graph.node(id);
  if (node.op != &ops::split) return;
  double bytes = 0;
  for (const ValueId out : node.out)
    if (out != kNoValue && graph.useCount(out) == 0) bytes += subject.bytesOf(graph, out);
  if (bytes == 0) return;
  findings.push_back({.matter = Matter::cleanup,
                      .layers = {displayName(graph, id)},
                      .figure = formatBytes(toCount(bytes)) + " for nobody",
                      .sentence = "nobody reads some of its parts",
                      .remedy = "use a Slice for what is read, or compute less in the layer before it",
                      .seconds = subject.secondsToMove(2 * bytes)});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const Pass* pass = findPass("duplicate_nodes");
  check(pass && pass->run, "the pass that finds duplicates exists");
  for (const NodeId id : graph.order()) {
    if (isShapeArithmetic(graph, graph.node(id))) continue;
    const bool unread = isUnread(graph, graph.node(id));
    judgeParts(subject, id, findings);
    const bool named = !graph.node(id).op->traits.view && !isPassThrough(graph.node(id));
    const Rewrite found = named && !unread ? pass->run(graph, id, {}) : Rewrite(NoMatch{});
    const auto* twin = std::get_if<Patch>(&found);
    if (!unread && !twin) continue;
    findings.push_back({.matter = Matter::cleanup,
                        .layers = {displayName(graph, id)},
                        .figure = unread ? "result not read" : "computed twice",
                        .sentence = unread ? "nobody reads what it computes" : shownText(twin->sentence),
                        .remedy = unread ? "remove it; `ridge optimize` does"
                                         : "let the readers of both share one; `ridge optimize` does",
                        .seconds = subject.floorOf(id) + subject.roof().launchSeconds});
  }
}

}  // namespace

extern const Rule duplicates{"duplicates", "the same computed twice, or computed for nobody", look};

}  // namespace ridge::analyze::lint
