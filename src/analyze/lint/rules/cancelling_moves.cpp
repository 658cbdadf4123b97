// Transposes and Casts that undo each other.
#include <fmt/format.h>

#include "analyze/lint/cancelling.h"
#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  for (const CancellingPair& pair : cancellingPairs(graph)) {
    const Node& second = graph.node(pair.second);
    const double bytes = 2 * (subject.bytesOf(graph, second.in[0]) + subject.bytesOf(graph, second.out[0]));
    findings.push_back(
        {.matter = pair.adjacent && second.op == &ops::transpose ? Matter::cleanup : Matter::time,
         .layers = {displayName(graph, pair.first), displayName(graph, pair.second)},
         .figure = formatBytes(toCount(bytes)) + " moved",
         .sentence = fmt::format("the second {} undoes the first{}", displayName(*second.op),
                                 pair.adjacent ? "" : "; what stands between them works in either order"),
         .remedy = "remove both",
         .seconds = subject.secondsToMove(bytes) + 2 * subject.roof().launchSeconds});
  }
}

}  // namespace

extern const Rule cancellingMoves{"cancelling-moves", "Transposes and Casts that undo each other", look};

}  // namespace ridge::analyze::lint
