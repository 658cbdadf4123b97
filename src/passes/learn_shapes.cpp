#include "passes/learn_shapes.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "passes/driver.h"
#include "passes/pass_list.h"

namespace ridge {

namespace {

constexpr int64_t kMostBytes = int64_t{1} << 20;  // shapes are small; weights need not be folded

/// What turns arithmetic on shapes into constants, and nothing else.
std::vector<Pass> shapePasses() {
  std::vector<Pass> passes;
  for (const char* name : {"fold_constants", "known_contents", "if_constant", "reshape_target"}) {
    const Pass* pass = findPass(name);
    check(pass, "the passes that learn shapes are in the lists");
    passes.push_back(*pass);
  }
  return passes;
}

bool hasOpenShapes(const Graph& graph) {
  for (NodeId id : graph.order())
    for (ValueId value : graph.node(id).out)
      if (value != kNoValue && !graph.value(value).shape.isStatic()) return true;
  return false;
}

}  // namespace

Graph withLearnedShapes(Graph bound) {
  if (!hasOpenShapes(bound)) return bound;
  Graph folded = bound;
  PassReport report;
  runPasses(folded, shapePasses(), {.foldLimitBytes = kMostBytes}, report);
  for (ValueId id = 0; id < folded.valueCount(); ++id) {
    const Value& known = folded.value(id);
    if (known.source.empty() || !known.shape.isStatic()) continue;
    if (const auto at = bound.find(known.source); at && !bound.value(*at).shape.isStatic())
      bound.value(*at).shape = known.shape;
  }
  return bound;
}

}  // namespace ridge
