#include "ops/cost_support.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ridge {

int64_t elementsOf(const Graph& graph, ValueId value) {
  return value == kNoValue ? 0 : graph.value(value).shape.count().value_or(0);
}

bool hasStaticShapes(const Graph& graph, const Node& node) {
  for (const auto* list : {&node.in, &node.out})
    for (ValueId id : *list)
      if (id != kNoValue && !graph.value(id).shape.isStatic()) return false;
  return true;
}

int64_t saturatingProduct(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<int64_t>::max() : product;
}

int64_t saturatingSum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

int64_t toCount(double value) {
  if (!(value > 0)) return 0;
  return value < 9.2e18 ? static_cast<int64_t>(std::round(value)) : std::numeric_limits<int64_t>::max();
}

Cost movedBytes(const Node& node, const Graph& graph) {
  Cost cost;
  std::vector<ValueId> seen;  // an input used twice is read once
  for (ValueId id : node.in) {
    if (id == kNoValue || std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
    seen.push_back(id);
    const auto bytes = static_cast<int64_t>(bytesOf(graph.value(id).type, elementsOf(graph, id)));
    if (graph.value(id).isConstant()) {
      cost.parameters += elementsOf(graph, id);
      cost.weightBytes += bytes;
    } else {
      cost.inputBytes += bytes;
    }
  }
  for (ValueId id : node.out)
    if (id != kNoValue)
      cost.outputBytes += static_cast<int64_t>(bytesOf(graph.value(id).type, elementsOf(graph, id)));
  return cost;
}

Cost elementwiseCost(const Node& node, const Graph& graph, int64_t perElement) {
  Cost cost = movedBytes(node, graph);
  for (ValueId id : node.out) cost.operations += saturatingProduct(perElement, elementsOf(graph, id));
  return cost;
}

}  // namespace ridge
