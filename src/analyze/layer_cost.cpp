#include "analyze/layer_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "ir/dump.h"
#include "onnx/opaque.h"
#include "ops/cost_support.h"
#include "ops/ops.h"

namespace ridge::analyze {

namespace {

void addTo(int64_t& total, int64_t amount) {
  total = saturatingSum(total, amount);
}

/// Weights as people count them; shapes, axes and indices are not.
bool isParameter(DType type) {
  return type != DType::i64 && type != DType::i32 && type != DType::boolean && type != DType::string;
}

int64_t scaled(int64_t elements, double bytesPerElement) {
  return toCount(std::ceil(static_cast<double>(elements) * bytesPerElement));
}

/// Bytes of values, by a convention.
class Bytes {
 public:
  explicit Bytes(const CostOptions& options) : options_(options) {}

  int64_t of(DType type, int64_t elements) const {
    if (options_.convention == Convention::slides) return saturatingProduct(4, elements);
    return scaled(elements, bytesOfElement(type, options_.precision));
  }
  int64_t ofConstant(DType type, int64_t elements) const {
    return options_.convention == Convention::slides && !isParameter(type) ? 0 : of(type, elements);
  }

 private:
  const CostOptions& options_;
};

std::string shapeText(const Dims& dims) {
  return fmt::format("{}", fmt::join(dims, "x"));
}

/// A node that may overwrite its only computed operand: activations, in the slides' accounting.
bool worksInPlace(const Graph& graph, const Node& node) {
  if (!node.op->traits.elementwise || node.out.size() != 1) return false;
  ValueId computed = kNoValue;
  for (ValueId id : node.in) {
    if (id == kNoValue || graph.value(id).isConstant()) continue;
    if (computed != kNoValue) return false;
    computed = id;
  }
  return computed != kNoValue && graph.producer(computed) != kNoNode && graph.useCount(computed) == 1 &&
         elementsOf(graph, computed) == elementsOf(graph, node.out.front());
}

/// Counts nodes one after another, so that it knows which constants have been met before.
class Counter {
 public:
  explicit Counter(const CostOptions& options) : options_(options), bytes_(options) {}

  const CostOptions& options() const { return options_; }
  const Bytes& bytes() const { return bytes_; }

  /// Adds arithmetic and constants of a node. Constants in `seen` have been added to this layer.
  void add(LayerCost& layer, const Graph& graph, const Node& node, std::unordered_set<ValueId>& seen) {
    const bool known = hasStaticShapes(graph, node);
    layer.known = layer.known && known;
    const Cost cost = node.op->cost && known ? node.op->cost(node, graph) : Cost{};
    addTo(layer.macs, cost.macs);
    addTo(layer.flops, options_.convention == Convention::slides
                           ? cost.macs
                           : saturatingSum(saturatingProduct(2, cost.macs), cost.operations));
    for (ValueId id : node.in)
      if (id != kNoValue && graph.value(id).isConstant() && seen.insert(id).second)
        addConstant(layer, graph.value(id));
  }

 private:
  void addConstant(LayerCost& layer, const Value& value) {
    const int64_t elements = value.constant.count();
    addTo(layer.weightBytes, bytes_.ofConstant(value.type, elements));
    if (!isParameter(value.type)) return;
    addTo(layer.parameters, elements);
    // The same constant may be a value of several graphs: bodies share the tensors of outer ones.
    if (elements > 0 && met_.insert(value.constant.bytes().data()).second)
      addTo(layer.newParameters, elements);
  }

  const CostOptions& options_;
  const Bytes bytes_;
  std::unordered_set<const void*> met_;
};

LayerCost costOf(const Graph& graph, NodeId id, int depth, Counter& counter) {
  const Node& node = graph.node(id);
  const Bytes& bytes = counter.bytes();
  const bool standard = counter.options().convention == Convention::standard;
  LayerCost layer;
  layer.name = displayName(graph, id);
  layer.op = onnx::opName(node);
  layer.depth = depth;
  if (const ValueId first = node.out.front(); first != kNoValue)
    layer.shape = graph.value(first).shape.isStatic() ? shapeText(graph.value(first).shape.staticDims()) : "";
  std::unordered_set<ValueId> seen;
  counter.add(layer, graph, node, seen);
  const bool readsData = node.op != &ops::shapeOf && node.op != &ops::sizeOf;
  if (standard && readsData)
    for (ValueId input : node.in)
      if (input != kNoValue && seen.insert(input).second)
        addTo(layer.inputBytes, bytes.of(graph.value(input).type, elementsOf(graph, input)));
  if (standard || !worksInPlace(graph, node))
    for (ValueId output : node.out)
      if (output != kNoValue)
        addTo(layer.outputBytes, bytes.of(graph.value(output).type, elementsOf(graph, output)));
  if (standard && movesElements(node)) capReads(layer);
  return layer;
}

void addCosts(const Graph& graph, int depth, Counter& counter, std::vector<LayerCost>& layers) {
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    layers.push_back(costOf(graph, id, depth, counter));
    for (const auto& body : node.bodies) addCosts(*body, depth + 1, counter, layers);
  }
}

/// Nodes of a lowered graph by the names that steps know them by. Names need not be unique: each is given out
/// in the order of execution.
class NodesByName {
 public:
  explicit NodesByName(const Graph& graph) {
    for (NodeId id : graph.order()) nodes_[displayName(graph, id)].push_back(id);
  }
  /// kNoNode when every node of this name has been taken.
  NodeId take(const std::string& name) {
    const auto found = nodes_.find(name);
    if (found == nodes_.end() || found->second.empty()) return kNoNode;
    const NodeId id = found->second.front();
    found->second.pop_front();
    return id;
  }

 private:
  std::unordered_map<std::string, std::deque<NodeId>> nodes_;
};

/// Each array once; constants have been counted with the nodes.
int64_t traffic(const Plan& plan, const std::vector<int32_t>& arrays, const Bytes& bytes) {
  int64_t total = 0;
  std::unordered_set<int32_t> counted;
  for (int32_t array : arrays) {
    if (array < 0 || !counted.insert(array).second) continue;
    const ArraySpec& spec = plan.arrays[static_cast<size_t>(array)].array;
    if (spec.at.space != Space::weights) addTo(total, bytes.of(spec.type, elementCount(spec.dims)));
  }
  return total;
}

class PlanCosts {
 public:
  PlanCosts(const CostOptions& options, std::vector<LayerCost>& layers)
      : counter_(options), layers_(layers) {}

  void add(const Plan& plan, const Graph& lowered, int depth) {
    NodesByName nodes(lowered);
    for (const Step& step : plan.steps) {
      std::vector<NodeId> members;
      for (const std::string& member : step.members)
        if (const NodeId id = nodes.take(member); id != kNoNode) members.push_back(id);
      layers_.push_back(costOf(plan, step, depth, lowered, members));
      // A file may name members that are not there: their bodies have no arithmetic then.
      const Node* node = members.empty() ? nullptr : &lowered.node(members.front());
      const Graph none;
      for (size_t body = 0; body < step.bodies.size(); ++body)
        add(step.bodies[body], node && body < node->bodies.size() ? *node->bodies[body] : none, depth + 1);
    }
  }

 private:
  LayerCost costOf(const Plan& plan, const Step& step, int depth, const Graph& lowered,
                   const std::vector<NodeId>& members) {
    LayerCost layer;
    layer.name = step.name;
    layer.op = fmt::format("{}", fmt::join(step.ops, "+"));
    layer.depth = depth;
    if (!step.kernel.out.empty()) layer.shape = shapeText(step.kernel.out.front().dims);
    std::unordered_set<ValueId> seen;
    for (NodeId member : members) counter_.add(layer, lowered, lowered.node(member), seen);
    if (counter_.options().convention == Convention::standard)
      layer.inputBytes = traffic(plan, step.reads, counter_.bytes());
    layer.outputBytes = traffic(plan, step.writes, counter_.bytes());
    const auto moves = [&](NodeId member) { return movesElements(lowered.node(member)); };
    if (!members.empty() && std::all_of(members.begin(), members.end(), moves)) capReads(layer);
    return layer;
  }

  Counter counter_;
  std::vector<LayerCost>& layers_;
};

}  // namespace

std::string_view name(Convention convention) {
  return convention == Convention::standard ? "standard" : "slides";
}

std::optional<Convention> conventionFromName(std::string_view text) {
  for (Convention convention : {Convention::standard, Convention::slides})
    if (name(convention) == text) return convention;
  return std::nullopt;
}

std::string_view name(Bound bound) {
  return bound == Bound::memory ? "memory" : bound == Bound::compute ? "compute" : "none";
}

int64_t LayerCost::activationBytes() const {
  return saturatingSum(inputBytes, outputBytes);
}

int64_t LayerCost::bytes() const {
  return saturatingSum(weightBytes, activationBytes());
}

double LayerCost::intensity() const {
  return bytes() > 0 ? static_cast<double>(flops) / static_cast<double>(bytes()) : 0;
}

bool movesElements(const Node& node) {
  return node.op->traits.commutesWithQdq && !node.op->cost && node.bodies.empty();
}

void capReads(LayerCost& layer) {
  layer.inputBytes = std::min(saturatingSum(layer.inputBytes, layer.weightBytes), layer.outputBytes);
  layer.weightBytes = 0;
}

std::vector<LayerCost> costsOf(const Graph& graph, const CostOptions& options) {
  std::vector<LayerCost> layers;
  Counter counter(options);
  addCosts(graph, 0, counter, layers);
  return layers;
}

std::vector<LayerCost> costsOf(const Plan& plan, const Graph& lowered, const CostOptions& options) {
  std::vector<LayerCost> layers;
  PlanCosts(options, layers).add(plan, lowered, 0);
  return layers;
}

LayerCost totalOf(std::span<const LayerCost> layers) {
  LayerCost total;
  total.name = "total";
  for (const LayerCost& layer : layers) {
    total.known = total.known && layer.known;
    addTo(total.macs, layer.macs);
    addTo(total.flops, layer.flops);
    addTo(total.parameters, layer.newParameters);
    addTo(total.newParameters, layer.newParameters);
    addTo(total.weightBytes, layer.weightBytes);
    addTo(total.inputBytes, layer.inputBytes);
    addTo(total.outputBytes, layer.outputBytes);
  }
  return total;
}

Floor floorOf(const LayerCost& layer, const Roof& roof) {
  const double bandwidth = roof.bandwidthBytesPerS;
  return floorOf(layer, roof, bandwidth > 0 ? static_cast<double>(layer.bytes()) / bandwidth : 0, "");
}

Floor floorOf(const LayerCost& layer, const Roof& roof, double memorySeconds, std::string_view cache) {
  if (layer.flops == 0) return {Bound::none, memorySeconds, std::string(cache)};
  const double compute = roof.peakOpsPerS > 0 ? static_cast<double>(layer.flops) / roof.peakOpsPerS : 0;
  if (compute > memorySeconds) return {Bound::compute, compute};
  return {Bound::memory, memorySeconds, std::string(cache)};
}

}  // namespace ridge::analyze
