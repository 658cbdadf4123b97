// An If whose condition is constant becomes the branch that is taken.
#include <fmt/format.h>

#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

// The nodes of a body among those of the graph around it.
class Inlined {
 public:
  Inlined(const Graph& graph, const Node& node, const Graph& body)
      : graph_(graph), node_(node), body_(body), moved_(static_cast<size_t>(body.valueCount()), kNoValue) {}

  Patch run() {
    const size_t first = node_.in.size() - static_cast<size_t>(node_.captures);
    for (size_t at = 0; at < body_.inputs().size(); ++at)
      moved_[static_cast<size_t>(body_.inputs()[at])] = node_.in[first + at];
    for (const NodeId id : body_.order()) addNode(body_.node(id));
    for (size_t at = 0; at < node_.out.size(); ++at)
      if (node_.out[at] != kNoValue)
        patch_.replace.emplace_back(node_.out[at], moved(body_.outputs()[at].value));
    return std::move(patch_);
  }

 private:
  ValueId moved(ValueId id) {
    if (id == kNoValue) return kNoValue;
    ValueId& place = moved_[static_cast<size_t>(id)];
    if (place == kNoValue) {
      place = static_cast<ValueId>(static_cast<size_t>(graph_.valueCount()) + patch_.values.size());
      Value value = body_.value(id);
      value.name = graph_.uniqueName(value.name);
      patch_.values.push_back(std::move(value));
    }
    return place;
  }

  void addNode(Node node) {
    for (ValueId& id : node.in) id = moved(id);
    for (ValueId& id : node.out) id = moved(id);
    if (node.origins.empty()) node.origins = node_.origins;
    patch_.nodes.push_back(std::move(node));
  }

  const Graph& graph_;
  const Node& node_;
  const Graph& body_;
  std::vector<ValueId> moved_;
  Patch patch_;
};

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::ifOf) return NoMatch{};
  const auto condition = scalarConstant(graph, node.in[0]);
  if (!condition) return NoMatch{};
  const size_t taken = *condition != 0 ? 1 : 0;
  const Graph& body = *node.bodies[taken];
  if (body.outputs().size() != node.out.size()) return NoMatch{};
  Patch patch = Inlined(graph, node, body).run();
  patch.sentence = fmt::format("its condition is constant: {} runs always", node.op->bodies[taken]);
  return patch;
}

}  // namespace

extern const Pass ifConstant{
    .name = "if_constant", .summary = "replaces an If of constant condition by its branch", .run = run};

}  // namespace ridge::passes
