#include "analyze/lint/subject.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cpu/cpu_backend.h"
#include "ir/matcher.h"
#include "ops/cost_support.h"
#include "ops/ops.h"
#include "passes/learn_shapes.h"
#include "passes/lower.h"
#include "passes/pass_list.h"
#include "plan/cover.h"
#include "reference/reference_backend.h"

namespace ridge::analyze::lint {

namespace {

LayerCost costOfRegion(const Graph& graph, const Region& region, const std::vector<LayerCost>& nodes,
                       const Subject& subject) {
  LayerCost cost;
  for (const NodeId member : region.members) {
    const LayerCost& node = nodes[static_cast<size_t>(member)];
    cost.macs = saturatingSum(cost.macs, node.macs);
    cost.flops = saturatingSum(cost.flops, node.flops);
    cost.known = cost.known && node.known;
  }
  const auto add = [&](int64_t& total, ValueId value) {
    total = saturatingSum(total, toCount(subject.bytesOf(graph, value)));
  };
  std::set<ValueId> seen;
  for (const ValueId input : region.inputs)
    if (input != kNoValue && seen.insert(input).second)
      add(graph.value(input).isConstant() ? cost.weightBytes : cost.inputBytes, input);
  for (const ValueId output : region.outputs)
    if (output != kNoValue) add(cost.outputBytes, output);
  return cost;
}

bool isQuantization(const Op* op) {
  return op == &ops::quantizeLinear || op == &ops::dequantizeLinear;
}

}  // namespace

std::vector<LayerCost> costsById(const Graph& graph, Precision precision) {
  std::vector<LayerCost> byId(static_cast<size_t>(graph.nodeCount()));
  std::vector<LayerCost> inOrder =
      costsOf(graph, {.convention = Convention::standard, .precision = precision});
  std::erase_if(inOrder, [](const LayerCost& cost) { return cost.depth > 0; });
  const std::vector<NodeId> order = graph.order();
  check(order.size() == inOrder.size(), "every node has a cost");
  for (size_t at = 0; at < order.size(); ++at) byId[static_cast<size_t>(order[at])] = std::move(inOrder[at]);
  return byId;
}

Subject::Subject(const Graph& imported, std::vector<BoundShape> shapes, Roof roof)
    : imported_(imported),
      shapes_(std::move(shapes)),
      roof_(std::move(roof)),
      bound_(withLearnedShapes(bindShapes(imported, shapes_))),
      costs_(costsById(bound_, roof_.precision)) {
  for (const NodeId id : bound_.order()) quantized_ = quantized_ || isQuantization(bound_.node(id).op);
}

const Subject::Lowered& Subject::lower() const {
  if (refused_) throw *refused_;
  if (lowered_) return *lowered_;
  try {
    PassReport report;
    Graph portable = imported_;
    runPasses(portable, portablePasses(), {}, report);
    Lowered made{.graph = ridge::lower(portable, shapes_, {}, report), .kernels = {}, .kernelOf = {}};
    const Graph& graph = made.graph;
    const std::vector<LayerCost> nodes = costsById(graph, roof_.precision);
    made.kernelOf.assign(static_cast<size_t>(graph.nodeCount()), -1);
    for (CoverRegion& covered : coverGraph(graph, {&cpuBackend(), &referenceBackend()}, {}).regions) {
      Kernel kernel;
      kernel.region = std::move(covered.region);
      kernel.moves = covered.movement.has_value();
      kernel.dynamic = covered.island.has_value() || covered.control.has_value();
      kernel.cost = costOfRegion(graph, kernel.region, nodes, *this);
      kernel.seconds = analyze::floorOf(kernel.cost, roof_).seconds;
      for (const NodeId member : kernel.region.members)
        made.kernelOf[static_cast<size_t>(member)] = static_cast<int>(made.kernels.size());
      made.kernels.push_back(std::move(kernel));
    }
    lowered_ = std::move(made);
  } catch (const Error& error) {
    refused_ = error;
    throw;
  }
  return *lowered_;
}

const Graph& Subject::lowered() const {
  return lower().graph;
}

const std::vector<Kernel>& Subject::kernels() const {
  return lower().kernels;
}

const Kernel& Subject::kernelOf(NodeId node) const {
  const int at = lower().kernelOf[static_cast<size_t>(node)];
  check(at >= 0, "every live node is covered by a kernel");
  return lower().kernels[static_cast<size_t>(at)];
}

double Subject::bytesOf(const Graph& graph, ValueId id) const {
  if (id == kNoValue) return 0;
  const Value& value = graph.value(id);
  const double stored = ridge::bitsOf(value.type) / 8.0, asked = bytesOfElement(roof_.precision);
  const bool half = value.type == DType::f16 || value.type == DType::bf16;
  const double each = value.type == DType::f32 ? asked : half ? std::min(stored, asked) : stored;
  return each * static_cast<double>(elementsOf(graph, id));
}

double Subject::secondsToMove(double bytes) const {
  return roof_.bandwidthBytesPerS > 0 ? bytes / roof_.bandwidthBytesPerS : 0;
}

double Subject::secondsToCompute(double operations) const {
  return roof_.peakOpsPerS > 0 ? operations / roof_.peakOpsPerS : 0;
}

double Subject::seconds() const {
  double total = 0;
  try {
    for (const Kernel& kernel : kernels())
      if (!kernel.moves || producerOf(lowered(), kernel.region.outputs.front(), ops::transpose) != kNoNode)
        total += kernel.seconds + roof_.launchSeconds;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::input) throw;
    total = 0;
    for (const NodeId id : bound_.order())
      if (!bound_.node(id).op->traits.view) total += floorOf(id) + roof_.launchSeconds;
  }
  return total;
}

}  // namespace ridge::analyze::lint
