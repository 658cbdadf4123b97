#include "plan/emit.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "ir/dump.h"
#include "ops/cost_support.h"
#include "plan/device_memory.h"
#include "plan/make_spec.h"

namespace ridge {

namespace {

class Emitter {
 public:
  Emitter(const Graph& graph, const Cover& cover, const Formats& formats, const Layout& layout,
          const Memories& memories, const PlanBody& planBody, WeightStore& weights)
      : graph_(graph),
        cover_(cover),
        formats_(formats),
        layout_(layout),
        memories_(memories),
        planBody_(planBody),
        weights_(weights) {}

  Plan run(const MemoryPlan& memory) {
    for (size_t at = 0; at < layout_.storages.size(); ++at) addArray(static_cast<int>(at));
    for (size_t at = 0; at < layout_.inputs.size(); ++at)
      plan_.inputs.push_back({graph_.value(graph_.inputs()[at]).name, layout_.inputs[at]});
    for (size_t at = 0; at < layout_.outputs.size(); ++at)
      plan_.outputs.push_back({graph_.outputs()[at].name, layout_.outputs[at], -1});
    for (const PlacedStep& step : memory.steps) {
      const RawStep& raw = layout_.steps[static_cast<size_t>(step.raw)];
      if (raw.kind == RawStep::Kind::region)
        addRegion(raw);
      else
        for (const PlacedCopy& copy : step.copies) addCopy(raw, copy);
    }
    settleOutputSlots();
    addMemories(memory);
    return std::move(plan_);
  }

 private:
  void addMemories(const MemoryPlan& memory) {
    plan_.arenaBytes = memory.arenaBytes.front();
    for (int at = 1; at < memories_.count(); ++at)
      plan_.memories.push_back(
          {std::string(memories_.device(at).name()), memory.arenaBytes[static_cast<size_t>(at)], 0});
    for (const Step& step : plan_.steps) {
      const auto at = static_cast<size_t>(step.kernel.memory);
      uint64_t& workspace = at == 0 ? plan_.workspaceBytes : plan_.memories[at - 1].workspaceBytes;
      workspace = std::max(workspace, step.kernel.workspace);
    }
  }

  Location locate(int at, int64_t extraElements) const {
    const int root = rootOf(layout_, at);
    const Storage& owner = layout_.storages[static_cast<size_t>(root)];
    const int64_t elements = offsetInRoot(layout_, at) + extraElements;
    return {owner.space, owner.index, owner.arenaOffset + bytesOf(owner.type, elements)};
  }

  ArraySpec arrayOf(int at) const {
    const Storage& storage = layout_.storages[static_cast<size_t>(at)];
    return {storage.type, storage.dims, storage.strides, locate(at, 0)};
  }

  void addArray(int at) {
    const Storage& storage = layout_.storages[static_cast<size_t>(at)];
    const Value& value = graph_.value(storage.value);
    auto [known, fresh] = valueIndex_.emplace(storage.value, static_cast<int32_t>(plan_.values.size()));
    if (fresh) plan_.values.push_back({value.name, value.source, value.type, storage.dims});
    plan_.arrays.push_back({known->second, arrayOf(at)});
  }

  /// Slots are numbered by the islands that fill them.
  void settleOutputSlots() {
    for (size_t at = 0; at < plan_.outputs.size(); ++at)
      if (plan_.outputs[at].array < 0) plan_.outputs[at].slot = slotOf(graph_.outputs()[at].value);
  }

  int32_t slotOf(ValueId id) {
    const auto [known, fresh] = slotIndex_.emplace(id, static_cast<int32_t>(plan_.slots.size()));
    if (fresh) {
      const Value& value = graph_.value(id);
      PlannedValue slot{value.name, value.source, value.type, {}};
      if (value.shape.ranked())
        for (const Dim& dim : value.shape.dims()) slot.dims.push_back(dim.isInteger() ? dim.value() : -1);
      plan_.slots.push_back(std::move(slot));
    }
    return known->second;
  }

  void describeIsland(const Island& island, KernelSpec& kernel) {
    kernel.island = islandGraph(graph_, island);
    for (ValueId value : island.slotsIn) kernel.slotsIn.push_back(slotOf(value));
    for (ValueId value : island.slotsOut) kernel.slotsOut.push_back(slotOf(value));
    addConstants(*kernel.island);
  }

  void keep(const Tensor& constant) {
    weights_.add(constantKey(constant, Order::plain), [&] { return constant; });
  }

  /// An engine stores the constants of islands with the others.
  void addConstants(const Graph& graph) {
    for (ValueId id = 0; id < graph.valueCount(); ++id)
      if (graph.value(id).isConstant()) keep(graph.value(id).constant);
    for (NodeId id = 0; id < graph.nodeCount(); ++id)
      if (graph.alive(id))
        for (const auto& body : graph.node(id).bodies) addConstants(*body);
  }

  /// A constant that is read only in packed form still tells its type and dimensions.
  ArraySpec unreadArray(ValueId id) const {
    if (id == kNoValue) return {};
    const Value& value = graph_.value(id);
    const Dims dims = value.shape.staticDims();
    return {value.type, dims, rowMajorStrides(dims), {}};
  }

  void addRegion(const RawStep& raw) {
    const CoverRegion& cover = cover_.regions[static_cast<size_t>(raw.region)];
    const Choice& choice = cover.choices[formats_.choice[static_cast<size_t>(raw.region)]];
    std::vector<ArraySpec> in, out;
    for (size_t at = 0; at < raw.in.size(); ++at)
      in.push_back(raw.in[at] < 0 ? unreadArray(cover.region.inputs[at]) : arrayOf(raw.in[at]));
    for (int storage : raw.out) out.push_back(arrayOf(storage));
    Step step;
    step.estimateNs = choice.candidate.estimateNs;
    if (cover.control) {
      step.kernel.backend = "runtime";
      step.kernel.tactic = choice.candidate.tactic;
      step.kernel.in = std::move(in);
      step.kernel.out = std::move(out);
      addBodies(cover, step);
    } else {
      step.kernel = makeSpec(graph_, cover.region, choice, std::move(in), std::move(out), weights_);
    }
    step.kernel.memory = raw.memory;
    if (cover.island) describeIsland(*cover.island, step.kernel);
    step.name = displayName(graph_, cover.region);
    describeMembers(cover.region, step);
    step.reads.assign(raw.in.begin(), raw.in.end());
    step.writes.assign(raw.out.begin(), raw.out.end());
    step.measuredNs = choice.measuredNs;
    step.fallback = cover.fallback;
    plan_.steps.push_back(std::move(step));
  }

  void addBodies(const CoverRegion& cover, Step& step) {
    step.control = cover.control;
    const int64_t times = std::max<int64_t>(1, cover.control->iterations);
    for (const auto& body : graph_.node(cover.region.anchor()).bodies) {
      step.bodies.push_back(planBody_(*body));
      double ns = 0;
      int64_t macs = 0;
      for (const Step& inner : step.bodies.back().steps) {
        ns += inner.estimateNs;
        if (__builtin_add_overflow(macs, inner.macs, &macs)) macs = std::numeric_limits<int64_t>::max();
      }
      // Of two branches the longer one counts.
      step.estimateNs = std::max(step.estimateNs, static_cast<double>(times) * ns);
      step.macs = std::max(step.macs, saturatingProduct(times, macs));
    }
  }

  void describeMembers(const Region& region, Step& step) const {
    for (NodeId member : region.members) {
      const Node& node = graph_.node(member);
      step.ops.push_back(displayName(*node.op));
      step.members.push_back(displayName(graph_, member));
      step.origins = mergeOrigins(step.origins, node.origins);
      if (node.op->cost) step.macs += node.op->cost(node, graph_).macs;
    }
  }

  void addCopy(const RawStep& raw, const PlacedCopy& copy) {
    const Storage& source = layout_.storages[static_cast<size_t>(copy.in)];
    ArraySpec in{source.type, copy.dims, copy.inStrides, locate(copy.in, copy.inOffset)};
    ArraySpec out{source.type, copy.dims, copy.outStrides, locate(copy.out, copy.outOffset)};
    const bool transfer = raw.kind == RawStep::Kind::transfer;
    const Backend* copier = memories_.copier(raw.memory);
    check(transfer || copier, "somebody copies where a copy is planned");
    const Backend& backend = transfer ? memories_.mover(raw.memory) : *copier;
    Step step;
    step.kernel = makeCopySpec(backend, transfer ? kTransferTactic : backend.copyTactic(), std::move(in),
                               std::move(out));
    step.kernel.memory = raw.memory;
    step.reads = {copy.in};
    step.writes = {copy.out};
    if (raw.kind == RawStep::Kind::movement) {
      const Region& region = cover_.regions[static_cast<size_t>(raw.region)].region;
      step.name = displayName(graph_, region);
      describeMembers(region, step);
    } else {
      step.name = graph_.value(source.value).name;
      const bool reorders = source.order != layout_.storages[static_cast<size_t>(copy.out)].order;
      step.ops = {transfer ? isUpload(step.kernel) ? "upload" : "download" : reorders ? "reformat" : "copy"};
    }
    const uint64_t bytes = bytesOf(source.type, elementCount(copy.dims));
    step.estimateNs = transfer ? memories_.device(raw.memory).transferNs(bytes) : backend.copyNs(2 * bytes);
    plan_.steps.push_back(std::move(step));
  }

  const Graph& graph_;
  const Cover& cover_;
  const Formats& formats_;
  const Layout& layout_;
  const Memories& memories_;
  const PlanBody& planBody_;
  WeightStore& weights_;
  std::map<ValueId, int32_t> valueIndex_, slotIndex_;
  Plan plan_;
};

}  // namespace

Plan emitPlan(const Graph& graph, const Cover& cover, const Formats& formats, const Layout& layout,
              const MemoryPlan& memory, const Memories& memories, const PlanBody& planBody,
              WeightStore& weights) {
  return Emitter(graph, cover, formats, layout, memories, planBody, weights).run(memory);
}

}  // namespace ridge
