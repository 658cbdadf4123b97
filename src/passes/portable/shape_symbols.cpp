// Reshape and Expand whose target is computed at run time, where dimensions that inference leaves unknown can
// be told to be equal, or products of others, once each has a name: the target becomes constant, or the node
// goes.
#include <algorithm>

#include "base/error.h"
#include "ops/ops.h"
#include "passes/named_shapes.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

bool isCandidate(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  return (node.op == &ops::reshape || node.op == &ops::expand) && !graph.constant(node.in[1]);
}

/// Collects what each node becomes; every new node has the origins of the one it stands for.
class Replacements {
 public:
  explicit Replacements(const Graph& graph) : graph_(graph), named_(graph), builder_(graph, {}) {}

  void look(NodeId id) {
    const Node& node = graph_.node(id);
    const Shape &from = named_.shape(node.in[0]), &to = named_.shape(node.out[0]);
    if (sameShape(from, to)) {
      builder_.replace(node.out[0], node.in[0]);
      ++count_;
    } else if (node.op == &ops::reshape) {
      const auto target = reshapeTargetOf(from, to, hasRest(graph_, node));
      if (!target) return;
      builder_.replace(node.out[0], reshapeTo(builder_, node.in[0], *target, node.name));
      made_.push_back(id);
      ++count_;
    }
  }

  Rewrite finish() {
    if (count_ == 0) return NoMatch{};
    Patch patch = builder_.finish("its target follows from shapes");
    for (size_t at = 0; at < made_.size(); ++at) patch.nodes[at].origins = graph_.node(made_[at]).origins;
    return patch;
  }

 private:
  const Graph& graph_;
  NamedShapes named_;
  GraphBuilder builder_;
  std::vector<NodeId> made_;
  int count_ = 0;
};

Rewrite run(const Graph& graph, const PassContext&) {
  std::vector<NodeId> candidates = graph.order();
  std::erase_if(candidates, [&](NodeId id) { return !isCandidate(graph, id); });
  if (candidates.empty()) return NoMatch{};
  try {
    Replacements replacements(graph);
    for (const NodeId id : candidates) replacements.look(id);
    return replacements.finish();
  } catch (const Error& error) {
    // What cannot be run at all is for those to refuse who run it.
    return Declined{std::string(error.message())};
  }
}

}  // namespace

extern const Pass shapeSymbols{.name = "shape_symbols",
                               .summary = "constant targets where unknown dimensions can be told to be equal",
                               .runGraph = run};

}  // namespace ridge::passes
