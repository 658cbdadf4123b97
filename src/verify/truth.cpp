#include "verify/truth.h"

#include "base/error.h"
#include "ops/evaluate.h"
#include "ops/infer.h"

namespace ridge {

namespace {

/// With the shapes of its inputs: a loop that never runs gives arrays of the shapes that inference knows.
Graph bound(const Graph& graph, const NamedInputs& inputs) {
  std::vector<BoundShape> shapes;
  for (const ValueId id : graph.inputs())
    if (const auto given = inputs.find(graph.value(id).name); given != inputs.end())
      shapes.push_back({given->first, given->second.dims()});
  return bindShapes(graph, shapes);
}

}  // namespace

Truth::Truth(const Graph& imported, const NamedInputs& inputs) {
  const Graph graph = bound(imported, inputs);
  outputs_ = evaluate(graph, inputs, [&](ValueId id, const Tensor& tensor) {
    values_.emplace(graph.value(id).name, tensor);
  });
}

const Tensor* Truth::find(const std::string& source) const {
  const auto found = values_.find(source);
  return found == values_.end() ? nullptr : &found->second;
}

const LoweredTruth::Known& LoweredTruth::value(ValueId id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const Value& value = lowered_.value(id);
  if (const Tensor* constant = lowered_.constant(id)) return known_[id] = {*constant, true};
  if (const Tensor* tensor = value.source.empty() ? nullptr : truth_.find(value.source))
    return known_[id] = {*tensor, true};
  const NodeId producer = lowered_.producer(id);
  check(producer != kNoNode, "an input of a lowered graph equals one of the imported graph");
  compute(producer);
  return known_.at(id);
}

Tensor LoweredTruth::ofIntegers(ValueId id) {
  const NodeId producer = lowered_.producer(id);
  if (producer == kNoNode || !lowered_.node(producer).op->traits.integer) return {};
  std::vector<Tensor> inputs;
  for (ValueId input : lowered_.node(producer).in)
    inputs.push_back(input == kNoValue ? Tensor() : value(input).value);
  return evaluateNode(lowered_.node(producer), inputs).front();
}

// Depth first without recursion: chains without a source may be long.
void LoweredTruth::compute(NodeId wanted) {
  std::vector<NodeId> pending{wanted};
  while (!pending.empty()) {
    const Node& node = lowered_.node(pending.back());
    std::vector<Datum> inputs;
    bool ready = true;
    for (ValueId input : node.in) {
      const bool needsNode =
          input != kNoValue && !known_.contains(input) && !lowered_.constant(input) &&
          (lowered_.value(input).source.empty() || !truth_.find(lowered_.value(input).source));
      if (needsNode) {
        pending.push_back(lowered_.producer(input));
        ready = false;
      } else {
        inputs.push_back(input == kNoValue ? Datum() : value(input).datum());
      }
    }
    if (!ready) continue;
    std::vector<Datum> results = evaluateNodeData(node, inputs);
    for (size_t at = 0; at < results.size(); ++at)
      if (node.out[at] != kNoValue)
        known_[node.out[at]] = {std::move(results[at].tensor), false, std::move(results[at].sequence)};
    pending.pop_back();
  }
}

}  // namespace ridge
