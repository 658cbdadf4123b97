#include "analyze/roofline.h"

#include <set>
#include <unordered_map>

#include "ir/dump.h"
#include "ops/cost_support.h"

namespace ridge::analyze {

namespace {

int32_t nodesIn(const Graph& graph) {
  int32_t count = 0;
  for (NodeId id : graph.order()) {
    ++count;
    for (const auto& body : graph.node(id).bodies) count += nodesIn(*body);
  }
  return count;
}

int32_t stepsIn(const Plan& plan) {
  int32_t count = 0;
  forEachStep(plan, [&](const Step&, int) { ++count; });
  return count;
}

class PlanEdges {
 public:
  PlanEdges(const Plan& plan, const Graph& lowered) : plan_(plan), lowered_(lowered) {}

  Edges find() {
    for (const Step& step : plan_.steps) {
      for (const std::string& member : step.members) stepOfMember_.emplace(member, place_);
      for (int32_t array : step.reads)
        if (array >= 0) addReads(array);
      for (int32_t slot : step.kernel.slotsIn) addFrom(slotWriter_, slot);
      for (int32_t array : step.writes)
        if (array >= 0) writer_[array] = place_;
      for (int32_t slot : step.kernel.slotsOut) slotWriter_[slot] = place_;
      ++place_;
      for (const Plan& body : step.bodies) place_ += stepsIn(body);
    }
    return {edges_.begin(), edges_.end()};
  }

 private:
  bool addFrom(const std::unordered_map<int32_t, int32_t>& writers, int32_t key) {
    const auto made = writers.find(key);
    if (made == writers.end()) return false;
    if (made->second != place_) edges_.emplace(made->second, place_);
    return true;
  }

  /// A storage that no step wrote is a view of what steps wrote before.
  void addReads(int32_t array) {
    if (addFrom(writer_, array)) return;
    const auto& value = plan_.values[static_cast<size_t>(plan_.arrays[static_cast<size_t>(array)].value)];
    if (const auto id = lowered_.find(value.name)) addMakers(*id);
  }

  /// Steps that made what the value is a view of. A chain of views may be long.
  void addMakers(ValueId value) {
    std::vector<ValueId> open{value};
    std::set<ValueId> seen;
    while (!open.empty()) {
      const ValueId at = open.back();
      open.pop_back();
      const NodeId maker = lowered_.producer(at);
      if (maker == kNoNode || !seen.insert(at).second) continue;
      if (addFromMember(displayName(lowered_, maker))) continue;
      for (ValueId input : lowered_.node(maker).in)
        if (input != kNoValue) open.push_back(input);
    }
  }

  bool addFromMember(const std::string& member) {
    const auto made = stepOfMember_.find(member);
    if (made == stepOfMember_.end()) return false;
    if (made->second != place_) edges_.emplace(made->second, place_);
    return true;
  }

  const Plan& plan_;
  const Graph& lowered_;
  int32_t place_ = 0;
  std::unordered_map<int32_t, int32_t> writer_, slotWriter_;
  std::unordered_map<std::string, int32_t> stepOfMember_;
  std::set<std::pair<int32_t, int32_t>> edges_;
};

}  // namespace

Roofline rooflineOf(std::vector<LayerCost> layers, const Roof& roof) {
  Roofline made;
  made.total = totalOf(layers);
  for (LayerCost& layer : layers) {
    const Floor floor = floorOf(layer, roof);
    const auto bound = static_cast<size_t>(floor.bound);
    made.floorSeconds += floor.seconds;
    ++made.layersBy[bound];
    made.secondsBy[bound] += floor.seconds;
    made.layers.push_back({std::move(layer), floor, 0});
  }
  if (made.floorSeconds > 0)
    for (RooflineLayer& layer : made.layers) layer.share = layer.floor.seconds / made.floorSeconds;
  return made;
}

std::vector<LayerCost> timesBatch(std::vector<LayerCost> layers, double factor) {
  for (LayerCost& layer : layers)
    for (int64_t* grows : {&layer.macs, &layer.flops, &layer.inputBytes, &layer.outputBytes})
      *grows = toCount(static_cast<double>(*grows) * factor);
  return layers;
}

Edges edgesOf(const Graph& graph) {
  std::unordered_map<NodeId, int32_t> places;
  int32_t place = 0;
  for (NodeId id : graph.order()) {
    places.emplace(id, place++);
    for (const auto& body : graph.node(id).bodies) place += nodesIn(*body);
  }
  std::set<std::pair<int32_t, int32_t>> edges;
  for (NodeId id : graph.order())
    for (ValueId input : graph.node(id).in)
      if (input != kNoValue && graph.producer(input) != kNoNode)
        edges.emplace(places.at(graph.producer(input)), places.at(id));
  return {edges.begin(), edges.end()};
}

Edges edgesOf(const Plan& plan, const Graph& lowered) {
  return PlanEdges(plan, lowered).find();
}

}  // namespace ridge::analyze
