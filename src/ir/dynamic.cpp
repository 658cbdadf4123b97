#include "ir/dynamic.h"

#include <algorithm>

namespace ridge {

bool isDynamic(const Value& value) {
  return !value.isConstant() && (value.container != Container::tensor || !value.shape.isStatic());
}

bool isDynamic(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const auto dynamic = [&](ValueId value) { return value != kNoValue && isDynamic(graph.value(value)); };
  return node.op->evaluate || std::any_of(node.in.begin(), node.in.end(), dynamic) ||
         std::any_of(node.out.begin(), node.out.end(), dynamic);
}

}  // namespace ridge
