#include "plan/assign_formats.h"

#include <algorithm>

#include "base/error.h"
#include "plan/pbqp.h"

namespace ridge {

namespace {

bool offers(const ValueOrders& orders, Order wanted) {
  return orders.both || orders.produced == wanted;
}

class Assigner {
 public:
  Assigner(const Graph& graph, const Cover& cover, const std::vector<const Backend*>& backends)
      : graph_(graph), cover_(cover), copier_(copyBackend(backends)) {}

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
    const auto add = [&](ValueOrders orders, double cost) {
      if (graph_.isInput(value) && orders.produced != Order::plain) return;
      if (graph_.isOutput(value) && !offers(orders, Order::plain)) return;
      if (orders.both && !copier_) return;
      options.push_back(orders);
      costs.push_back(cost);
    };
    const double reformat = reformatNs(value);
    add({Order::plain, false}, 0);
    if (!free(value)) {
      add({Order::channelsLast, false}, 0);
      add({Order::plain, true}, reformat);
      add({Order::channelsLast, true}, reformat);
    }
    options_[value] = std::move(options);
    return valueNodes_[value] = pbqp_.addNode(std::move(costs));
  }

  double reformatNs(ValueId value) const {
    if (!copier_) return 0;
    const Value& known = graph_.value(value);
    return copier_->copyNs(2 * bytesOf(known.type, known.shape.count().value_or(0)));
  }

  void addRegion(const CoverRegion& region) {
    std::vector<double> costs;
    for (const Choice& choice : region.choices) costs.push_back(choice.cost());
    const int node = pbqp_.addNode(std::move(costs));
    regionNodes_.push_back(node);
    for (size_t at = 0; at < region.region.inputs.size(); ++at)
      join(node, region, region.region.inputs[at],
           [at](const Candidate& c, const ValueOrders& orders) { return offers(orders, c.inputOrders[at]); });
    for (size_t at = 0; at < region.region.outputs.size(); ++at)
      join(node, region, region.region.outputs[at], [at](const Candidate& c, const ValueOrders& orders) {
        return orders.produced == c.outputOrders[at];
      });
  }

  template <class Allowed>
  void join(int regionNode, const CoverRegion& region, ValueId value, const Allowed& allowed) {
    if (value == kNoValue || graph_.value(value).isConstant()) return;
    const int node = valueNode(value);
    const auto& options = options_.at(value);
    std::vector<double> matrix;
    for (const Choice& choice : region.choices)
      for (const ValueOrders& orders : options)
        matrix.push_back(free(value) || allowed(choice.candidate, orders) ? 0 : Pbqp::kForbidden);
    pbqp_.addEdge(regionNode, node, matrix);
  }

  const Graph& graph_;
  const Cover& cover_;
  const Backend* copier_;
  Pbqp pbqp_;
  std::vector<int> regionNodes_;
  std::map<ValueId, int> valueNodes_;
  std::map<ValueId, std::vector<ValueOrders>> options_;
};

}  // namespace

Formats assignFormats(const Graph& graph, const Cover& cover, const std::vector<const Backend*>& backends) {
  for (const CoverRegion& region : cover.regions)
    check(!region.choices.empty(), "a region has a candidate before formats are assigned");
  return Assigner(graph, cover, backends).run();
}

}  // namespace ridge
