#include "plan/assign_formats.h"

#include <algorithm>

#include "base/error.h"
#include "plan/device_memory.h"
#include "plan/pbqp.h"

namespace ridge {

namespace {

bool offers(const ValueOrders& orders, Order wanted, int memory) {
  return (orders.both || orders.produced == wanted) && (orders.away || orders.memory == memory);
}

class Assigner {
 public:
  Assigner(const Graph& graph, const Cover& cover, const Memories& memories)
      : graph_(graph), cover_(cover), memories_(memories) {}

  Formats run() {
    for (ValueId input : graph_.inputs()) valueNode(input);
    for (const CoverRegion& region : cover_.regions) addRegion(region);
    const std::vector<int> solution = pbqp_.solve();
    Formats formats;
    for (size_t at = 0; at < cover_.regions.size(); ++at)
      formats.choice.push_back(static_cast<size_t>(solution[static_cast<size_t>(regionNodes_[at])]));
    for (const auto& [value, node] : valueNodes_)
      formats.values[value] = options_.at(value)[static_cast<size_t>(solution[static_cast<size_t>(node)])];
    return formats;
  }

 private:
  bool free(ValueId value) const {
    return value == kNoValue || graph_.value(value).isConstant() ||
           ordersCoincide(graph_.value(value).shape.staticDims());
  }

  int valueNode(ValueId value) {
    if (auto known = valueNodes_.find(value); known != valueNodes_.end()) return known->second;
    std::vector<ValueOrders> options;
    std::vector<double> costs;
    const auto add = [&](const ValueOrders& orders) {
      if (graph_.isInput(value) && (orders.produced != Order::plain || orders.memory != 0)) return;
      if (graph_.isOutput(value) && !offers(orders, Order::plain, 0)) return;
      if (orders.both && !canReformat(orders)) return;
      options.push_back(orders);
      costs.push_back((orders.both ? reformatNs(value, orders) : 0) +
                      (orders.away ? transferNs(value, orders) : 0));
    };
    for (int memory = 0; memory < memories_.count(); ++memory)
      for (const bool away : {false, true}) {
        if (away && memories_.count() == 1) continue;
        add({Order::plain, false, memory, away});
        if (free(value)) continue;
        add({Order::channelsLast, false, memory, away});
        add({Order::plain, true, memory, away});
        add({Order::channelsLast, true, memory, away});
      }
    options_[value] = std::move(options);
    return valueNodes_[value] = pbqp_.addNode(std::move(costs));
  }

  /// A device without copies leaves them to the host.
  bool canReformat(const ValueOrders& orders) const {
    return memories_.copier(orders.memory) || (orders.away && memories_.copier(0));
  }

  uint64_t bytesOfValue(ValueId value) const {
    const Value& known = graph_.value(value);
    return bytesOf(known.type, known.shape.count().value_or(0));
  }

  double reformatNs(ValueId value, const ValueOrders& orders) const {
    const Backend* copier = memories_.copier(orders.memory);
    return (copier ? copier : memories_.copier(0))->copyNs(2 * bytesOfValue(value));
  }

  /// One transfer: of a value of the host to a device (the first will do), else to the host.
  double transferNs(ValueId value, const ValueOrders& orders) const {
    return memories_.device(std::max(orders.memory, 1)).transferNs(bytesOfValue(value));
  }

  void addRegion(const CoverRegion& region) {
    std::vector<double> costs;
    for (const Choice& choice : region.choices) costs.push_back(choice.cost());
    const int node = pbqp_.addNode(std::move(costs));
    regionNodes_.push_back(node);
    for (size_t at = 0; at < region.region.inputs.size(); ++at)
      join(node, region, region.region.inputs[at], [&](const Choice& c, const ValueOrders& orders) {
        return offers(orders, orderFor(region.region.inputs[at], c.candidate.inputOrders[at], orders),
                      c.memory);
      });
    for (size_t at = 0; at < region.region.outputs.size(); ++at)
      join(node, region, region.region.outputs[at], [&](const Choice& c, const ValueOrders& orders) {
        return orders.produced == orderFor(region.region.outputs[at], c.candidate.outputOrders[at], orders) &&
               orders.memory == c.memory;
      });
  }

  /// Where both orders are the same, any is the one that there is.
  Order orderFor(ValueId value, Order wanted, const ValueOrders& orders) const {
    return free(value) ? orders.produced : wanted;
  }

  template <class Allowed>
  void join(int regionNode, const CoverRegion& region, ValueId value, const Allowed& allowed) {
    if (value == kNoValue || graph_.value(value).isConstant()) return;
    const int node = valueNode(value);
    const auto& options = options_.at(value);
    std::vector<double> matrix;
    for (const Choice& choice : region.choices)
      for (const ValueOrders& orders : options)
        matrix.push_back(allowed(choice, orders) ? 0 : Pbqp::kForbidden);
    pbqp_.addEdge(regionNode, node, matrix);
  }

  const Graph& graph_;
  const Cover& cover_;
  const Memories& memories_;
  Pbqp pbqp_;
  std::vector<int> regionNodes_;
  std::map<ValueId, int> valueNodes_;
  std::map<ValueId, std::vector<ValueOrders>> options_;
};

}  // namespace

Formats assignFormats(const Graph& graph, const Cover& cover, const Memories& memories) {
  for (const CoverRegion& region : cover.regions)
    check(!region.choices.empty(), "a region has a candidate before formats are assigned");
  return Assigner(graph, cover, memories).run();
}

}  // namespace ridge
