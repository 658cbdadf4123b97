#include "passes/dying.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/dump.h"

namespace ridge {
namespace {

/// Uses of values as they will be, and what falls when they are gone.
class Demolition {
 public:
  Demolition(const Graph& graph, const Patch& patch) : graph_(graph) {
    for (const auto& [old, fresh] : patch.replace) {
      change(fresh, graph.useCount(old));
      change(old, -graph.useCount(old));
    }
    for (const Node& node : patch.nodes)
      for (const ValueId input : node.in) change(input, 1);
  }

  void remove(NodeId first) {
    std::vector<NodeId> pending{first};
    while (!pending.empty()) {
      const NodeId id = pending.back();
      pending.pop_back();
      if (id == kNoNode || !graph_.alive(id) || gone_.contains(id) || isNeeded(graph_.node(id))) continue;
      gone_.insert(id);
      for (const ValueId input : graph_.node(id).in) {
        change(input, -1);
        if (input != kNoValue) pending.push_back(graph_.producer(input));
      }
    }
  }

  const std::set<NodeId>& gone() const { return gone_; }

 private:
  void change(ValueId id, int by) {
    if (id != kNoValue && id < graph_.valueCount()) change_[id] += by;
  }

  bool isNeeded(const Node& node) const {
    return std::any_of(node.out.begin(), node.out.end(), [&](ValueId id) {
      if (id == kNoValue) return false;
      const auto changed = change_.find(id);
      return graph_.useCount(id) + (changed == change_.end() ? 0 : changed->second) > 0;
    });
  }

  const Graph& graph_;
  std::map<ValueId, int> change_;
  std::set<NodeId> gone_;
};

}  // namespace

Origins dyingSources(const Graph& graph, const Patch& patch) {
  Demolition demolition(graph, patch);
  if (patch.nodes.empty() && patch.replace.empty())
    for (NodeId id = graph.nodeCount() - 1; id >= 0; --id) demolition.remove(id);
  for (const auto& [old, fresh] : patch.replace) demolition.remove(graph.producer(old));
  std::set<std::string> sources;
  for (const NodeId id : demolition.gone()) {
    const Origins& origins = graph.node(id).origins;
    if (origins.empty()) sources.insert(displayName(graph, id));
    sources.insert(origins.begin(), origins.end());
  }
  return {sources.begin(), sources.end()};
}

}  // namespace ridge
