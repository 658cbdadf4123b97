// Sum, Mean, Max and Min of many values become chains of two-input nodes.
#include "ir/dump.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

const Op* binaryOf(const Node& node) {
  if (node.op == &ops::sumOf || node.op == &ops::meanOf) return &ops::add;
  if (node.in.size() > 2 && (node.op == &ops::maxOf || node.op == &ops::minOf)) return node.op;
  return nullptr;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  const Op* binary = binaryOf(node);
  if (!binary) return NoMatch{};
  GraphBuilder builder(graph, {id});
  if (node.in.size() == 1) {
    builder.replace(node.out[0], node.in[0]);
    return builder.finish("of one value it is that value");
  }
  const std::string name = displayName(graph, id);
  ValueId total = node.in[0];
  for (size_t at = 1; at < node.in.size(); ++at)
    total = builder.node(*binary, nullptr, {total, node.in[at]}, name);
  if (node.op == &ops::meanOf) {
    const double terms = static_cast<double>(node.in.size());
    const ValueId count =
        builder.constant(name + ".count", fromDoubles(graph.value(node.out[0]).type, {}, {&terms, 1}));
    total = builder.node(ops::div, nullptr, {total, count}, name);
  }
  builder.replace(node.out[0], total);
  return builder.finish("one node for every two values");
}

}  // namespace

extern const Pass binaryTerms{.name = "binary_terms",
                              .summary = "makes Sum, Mean, Max, Min of many values chains of two-input nodes",
                              .run = run,
                              .required = true};

}  // namespace ridge::passes
