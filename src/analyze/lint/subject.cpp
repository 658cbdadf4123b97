#include "analyze/lint/subject.h"

#include <algorithm>
#include <map>
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
#include "plan/planner.h"
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
  const auto moves = [&](NodeId member) { return movesElements(graph.node(member)); };
  if (std::all_of(region.members.begin(), region.members.end(), moves)) capReads(cost);
  return cost;
}

std::vector<const Backend*> backends() {
  return {&cpuBackend(), &referenceBackend()};
}

struct Copied {
  int parts = 0;
  double bytes = 0;
};

/// What the plan copies to make values that only move elements, by the value's name.
std::map<std::string, Copied> copiedBy(const Graph& graph, const Subject& subject) {
  WeightStore nothing(WeightStore::Keeps::nothing);
  PlanOptions options;
  options.backends = backends();
  const Plan plan = makePlan(graph, options, nothing);
  std::map<std::string, Copied> byName;
  for (const Step& step : plan.steps) {
    if (step.members.size() != 1 || step.writes.size() != 1 || step.writes.front() < 0) continue;
    const PlannedArray& written = plan.arrays[static_cast<size_t>(step.writes.front())];
    const PlannedValue& value = plan.values[static_cast<size_t>(written.value)];
    Copied& copied = byName[value.name];
    ++copied.parts;
    copied.bytes +=
        static_cast<double>(elementCount(step.kernel.out.front().dims)) * subject.bytesOfElement(value.type);
  }
  return byName;
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

Subject::Subject(const Graph& imported, std::vector<BoundShape> shapes, Roof roof, bool assumesLaunch,
                 PassOptions passes)
    : imported_(imported),
      shapes_(std::move(shapes)),
      roof_(std::move(roof)),
      assumesLaunch_(assumesLaunch),
      passes_(std::move(passes)),
      bound_(withLearnedShapes(bindShapes(imported, shapes_))),
      costs_(costsById(bound_, roof_.precision)) {
  for (const NodeId id : bound_.order()) quantized_ = quantized_ || isQuantization(bound_.node(id).op);
}

Subject::Lowered& Subject::lower() const {
  if (refused_) throw *refused_;
  if (lowered_) return *lowered_;
  try {
    PassReport report;
    Graph portable = imported_;
    runPasses(portable, portablePasses(), passes_, report);
    Lowered made{.graph = ridge::lower(portable, shapes_, passes_, report),
                 .kernels = {},
                 .kernelOf = {},
                 .reach = {}};
    findKernels(made);
    lowered_ = std::move(made);
  } catch (const Error& error) {
    refused_ = error;
    throw;
  }
  return *lowered_;
}

void Subject::findKernels(Lowered& made) const {
  const Graph& graph = made.graph;
  const std::vector<LayerCost> nodes = costsById(graph, roof_.precision);
  const std::map<std::string, Copied> copied = copiedBy(graph, *this);
  made.kernelOf.assign(static_cast<size_t>(graph.nodeCount()), -1);
  for (CoverRegion& covered : coverGraph(graph, backends(), {}).regions) {
    Kernel kernel;
    kernel.region = std::move(covered.region);
    kernel.moves = covered.movement.has_value();
    kernel.dynamic = covered.island.has_value() || covered.control.has_value();
    kernel.cost = costOfRegion(graph, kernel.region, nodes, *this);
    kernel.seconds = analyze::floorOf(kernel.cost, roof_).seconds;
    if (kernel.moves) {
      const auto found = copied.find(graph.value(kernel.region.outputs.front()).name);
      if (found != copied.end())
        kernel.copies = found->second.parts, kernel.copiedBytes = found->second.bytes;
      kernel.seconds = secondsToMove(2 * kernel.copiedBytes);
    }
    for (const NodeId member : kernel.region.members)
      made.kernelOf[static_cast<size_t>(member)] = static_cast<int>(made.kernels.size());
    made.kernels.push_back(std::move(kernel));
  }
}

const Graph& Subject::lowered() const {
  return lower().graph;
}

const ProductReach& Subject::reach() const {
  if (!reach_) reach_.emplace(bound_);
  return *reach_;
}

const ProductReach& Subject::loweredReach() const {
  Lowered& of = lower();
  if (!of.reach) of.reach.emplace(of.graph);
  return *of.reach;
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
  return bytesOfElement(graph.value(id).type) * static_cast<double>(elementsOf(graph, id));
}

double Subject::bytesOfElement(DType type) const {
  return analyze::bytesOfElement(type, roof_.precision);
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
      if (kernel.runs()) total += kernel.seconds + roof_.launchSeconds;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::input) throw;
    total = 0;
    for (const NodeId id : bound_.order())
      if (!bound_.node(id).op->traits.view) total += floorOf(id) + roof_.launchSeconds;
  }
  return total;
}

}  // namespace ridge::analyze::lint
