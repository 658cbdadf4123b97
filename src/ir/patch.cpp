#include "ir/patch.h"

#include "base/error.h"

namespace ridge {

GraphBuilder::GraphBuilder(const Graph& graph, const std::vector<NodeId>& around) : graph_(graph) {
  for (NodeId id : around) origins_ = mergeOrigins(origins_, graph.node(id).origins);
}

std::string GraphBuilder::uniqueName(std::string_view hint) const {
  // Names of this patch's own values are made unique against each other when the patch is applied.
  return graph_.uniqueName(hint);
}

ValueId GraphBuilder::constant(std::string_view nameHint, Tensor tensor) {
  const auto id = static_cast<ValueId>(static_cast<size_t>(graph_.valueCount()) + patch_.values.size());
  Value value{.name = uniqueName(nameHint), .type = tensor.type(), .shape = Shape::of(tensor.dims())};
  value.constant = std::move(tensor);
  patch_.values.push_back(std::move(value));
  return id;
}

ValueId GraphBuilder::node(const Op& op, AttributesPtr attrs, std::vector<ValueId> in,
                           std::string_view nameHint) {
  return nodeWithOutputs(op, std::move(attrs), std::move(in), 1, nameHint).front();
}

std::vector<ValueId> GraphBuilder::nodeWithOutputs(const Op& op, AttributesPtr attrs, std::vector<ValueId> in,
                                                   int outputs, std::string_view nameHint) {
  std::vector<ValueId> out;
  for (int at = 0; at < outputs; ++at) {
    out.push_back(static_cast<ValueId>(static_cast<size_t>(graph_.valueCount()) + patch_.values.size()));
    patch_.values.push_back(Value{.name = uniqueName(nameHint)});
  }
  Node fresh{.op = &op,
             .attrs = std::move(attrs),
             .in = std::move(in),
             .out = out,
             .name = std::string(nameHint),
             .origins = origins_};
  patch_.nodes.push_back(std::move(fresh));
  return out;
}

void GraphBuilder::replace(ValueId old, ValueId fresh) {
  check(old < graph_.valueCount(), "a patch replaces values of the graph");
  patch_.replace.emplace_back(old, fresh);
}

Patch GraphBuilder::finish(std::string sentence) {
  patch_.sentence = std::move(sentence);
  return std::move(patch_);
}

const Value& GraphBuilder::value(ValueId id) const {
  if (id < graph_.valueCount()) return graph_.value(id);
  return patch_.values[static_cast<size_t>(id - graph_.valueCount())];
}

}  // namespace ridge
