#include "analyze/product_reach.h"

#include <algorithm>

#include "ops/ops.h"

namespace ridge::analyze {

bool isConvolution(const Op* op) {
  return op == &ops::conv || op == &ops::convTranspose;
}

bool isProduct(const Op* op) {
  return isConvolution(op) || op == &ops::gemm || op == &ops::matMul;
}

ProductReach::ProductReach(const Graph& graph)
    : feeds_(static_cast<size_t>(graph.nodeCount())),
      comes_(static_cast<size_t>(graph.valueCount())),
      weight_(static_cast<size_t>(graph.valueCount())) {
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    weight_[static_cast<size_t>(id)] = graph.value(id).isConstant();
  const std::vector<NodeId> order = graph.order();
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    const bool comes = isProduct(node.op) || std::any_of(node.in.begin(), node.in.end(),
                                                         [&](ValueId in) { return comesFromProduct(in); });
    const bool weight = node.op->traits.deterministic && !node.in.empty() &&
                        std::all_of(node.in.begin(), node.in.end(),
                                    [&](ValueId in) { return in == kNoValue || isWeight(in); });
    for (const ValueId out : node.out) {
      if (out == kNoValue) continue;
      comes_[static_cast<size_t>(out)] = comes;
      weight_[static_cast<size_t>(out)] = weight;
    }
  }
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    const auto reaches = [&](NodeId user) { return isProduct(graph.node(user).op) || feedsProduct(user); };
    for (const ValueId out : graph.node(*id).out) {
      if (out == kNoValue) continue;
      const auto& users = graph.users(out);
      if (std::any_of(users.begin(), users.end(), reaches)) feeds_[static_cast<size_t>(*id)] = true;
    }
  }
}

}  // namespace ridge::analyze
