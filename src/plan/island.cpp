#include "plan/island.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/dynamic.h"

namespace ridge {

std::vector<int> islandLevels(const Graph& graph, const std::set<NodeId>& planned) {
  std::vector<int> levels(static_cast<size_t>(graph.nodeCount()), 0);
  for (NodeId id : graph.order()) {
    int& level = levels[static_cast<size_t>(id)];
    const int parity = isDynamic(graph, id) && !planned.contains(id) ? 1 : 0;
    level = parity;
    for (ValueId input : graph.node(id).in) {
      const NodeId producer = input == kNoValue ? kNoNode : graph.producer(input);
      if (producer == kNoNode) continue;
      const int before = levels[static_cast<size_t>(producer)];
      level = std::max(level, before + (before % 2 != parity));
    }
  }
  return levels;
}

Island islandOf(const Graph& graph, std::vector<NodeId> members, const std::set<ValueId>& taps) {
  Island island;
  const std::set<NodeId> inside(members.begin(), members.end());
  std::set<ValueId> seen;
  const auto isRead = [&](ValueId value) {
    const auto users = graph.users(value);
    return graph.isOutput(value) || taps.contains(value) ||
           std::any_of(users.begin(), users.end(), [&](NodeId user) { return !inside.contains(user); });
  };
  for (NodeId member : members) {
    for (ValueId input : graph.node(member).in) {
      if (input == kNoValue || graph.value(input).isConstant() || inside.contains(graph.producer(input)) ||
          !seen.insert(input).second)
        continue;
      (isDynamic(graph.value(input)) ? island.slotsIn : island.inputs).push_back(input);
    }
    for (ValueId output : graph.node(member).out)
      if (output != kNoValue && isRead(output))
        (isDynamic(graph.value(output)) ? island.slotsOut : island.outputs).push_back(output);
  }
  island.members = std::move(members);
  return island;
}

namespace {

/// Copies values of one graph into another, each once.
class Transplant {
 public:
  Transplant(const Graph& from, Graph& to) : from_(from), to_(to) {}

  void input(ValueId id) {
    const Value& value = from_.value(id);
    const ValueId made = to_.addInput(value.name, value.type, value.shape);
    to_.value(made).container = value.container;
    known_[id] = made;
  }

  ValueId operator()(ValueId id) {
    if (id == kNoValue) return kNoValue;
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    const Value& value = from_.value(id);
    const ValueId made = value.isConstant() ? to_.addConstant(value.name, value.constant)
                                            : to_.addValue(value.name, value.type);
    if (!value.isConstant()) {
      to_.value(made).shape = value.shape;
      to_.value(made).container = value.container;
    }
    return known_[id] = made;
  }

 private:
  const Graph& from_;
  Graph& to_;
  std::map<ValueId, ValueId> known_;
};

}  // namespace

std::shared_ptr<const Graph> islandGraph(const Graph& graph, const Island& island) {
  auto made = std::make_shared<Graph>();
  Transplant transplant(graph, *made);
  for (const auto* list : {&island.inputs, &island.slotsIn})
    for (ValueId input : *list) transplant.input(input);
  for (NodeId member : island.members) {
    Node node = graph.node(member);
    for (auto* list : {&node.in, &node.out})
      for (ValueId& value : *list) value = transplant(value);
    made->addNode(std::move(node));
  }
  for (const auto* list : {&island.outputs, &island.slotsOut})
    for (ValueId output : *list) made->addOutput(graph.value(output).name, transplant(output));
  return made;
}

}  // namespace ridge
