#include "api/taps.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "ir/dump.h"
#include "ops/evaluate.h"

namespace ridge {

Taps::Taps(const Graph& lowered, const Plan& plan, const std::string& glob, const Graph* source)
    : lowered_(lowered) {
  findPlaces(plan, wantedValues(plan, glob, source));
  if (borders_.empty() && inner_.empty() && slots_.empty())
    failUsage("no tensor and no node matches '" + escaped(glob) + "'", "--tap",
              "names are those of `ridge inspect --layers`; a tensor that folding removed cannot be read");
}

namespace {

const std::string& nameOf(const Plan& plan, int32_t array) {
  return plan.values[static_cast<size_t>(plan.arrays[static_cast<size_t>(array)].value)].name;
}

/// The array of this value among these, or -1.
int32_t arrayNamed(const Plan& plan, const std::vector<int32_t>& arrays, const std::string& name) {
  const auto found = std::find_if(arrays.begin(), arrays.end(),
                                  [&](int32_t array) { return array >= 0 && nameOf(plan, array) == name; });
  return found == arrays.end() ? -1 : *found;
}

/// What nodes with a matching name make.
std::set<std::string> outputsOfNodes(const Graph& graph, const std::string& glob) {
  std::set<std::string> names;
  for (NodeId node : graph.order())
    if (matchesGlob(glob, displayName(graph, node)))
      for (ValueId id : graph.node(node).out)
        if (id != kNoValue) names.insert(graph.value(id).name);
  return names;
}

/// What steps with a matching name write.
std::set<std::string> writtenBySteps(const Plan& plan, const std::string& glob) {
  std::set<std::string> names;
  for (const Step& step : plan.steps)
    if (matchesGlob(glob, step.name))
      for (int32_t array : step.writes)
        if (array >= 0) names.insert(nameOf(plan, array));
  return names;
}

}  // namespace

std::map<ValueId, std::string> Taps::wantedValues(const Plan& plan, const std::string& glob,
                                                  const Graph* source) const {
  const std::set<std::string> nodes = source ? outputsOfNodes(*source, glob) : std::set<std::string>{};
  const std::set<std::string> steps = writtenBySteps(plan, glob);
  std::map<ValueId, std::string> wanted, written;
  for (NodeId node : lowered_.order())
    for (ValueId id : lowered_.node(node).out) {
      if (id == kNoValue) continue;
      const Value& value = lowered_.value(id);
      if (!value.source.empty() && (matchesGlob(glob, value.source) || nodes.contains(value.source)))
        wanted[id] = value.source;
      else if (matchesGlob(glob, value.name))
        wanted[id] = value.name;
      if (steps.contains(value.name)) written[id] = value.source.empty() ? value.name : value.source;
    }
  return wanted.empty() ? written : wanted;
}

void Taps::findPlaces(const Plan& plan, const std::map<ValueId, std::string>& wanted) {
  for (const auto& [id, name] : wanted)
    if (!addSlot(plan, id, name) && !addInner(plan, id, name)) addBorder(plan, id, name);
}

bool Taps::addSlot(const Plan& plan, ValueId id, const std::string& name) {
  for (size_t slot = 0; slot < plan.slots.size(); ++slot) {
    if (plan.slots[slot].name != lowered_.value(id).name) continue;
    slots_.emplace_back(slot, name);
    return true;
  }
  return false;
}

int Taps::lastWriter(const Plan& plan, ValueId id) const {
  const std::string& name = lowered_.value(id).name;
  for (size_t step = plan.steps.size(); step-- > 0;)
    if (arrayNamed(plan, plan.steps[step].writes, name) >= 0) return static_cast<int>(step);
  int last = -1;
  if (const NodeId producer = lowered_.producer(id); producer != kNoNode)
    for (ValueId input : lowered_.node(producer).in)
      if (input != kNoValue) last = std::max(last, lastWriter(plan, input));
  return last;
}

/// Crosses a border: written by steps (a concat piece by piece), or a view of something that is.
bool Taps::addBorder(const Plan& plan, ValueId id, const std::string& name) {
  const auto step = static_cast<size_t>(std::max(0, lastWriter(plan, id)));
  if (step >= plan.steps.size()) return false;
  const std::string& valueName = lowered_.value(id).name;
  int32_t array = arrayNamed(plan, plan.steps[step].writes, valueName);
  for (size_t at = 0; at < plan.arrays.size() && array < 0; ++at)
    if (nameOf(plan, static_cast<int32_t>(at)) == valueName) array = static_cast<int32_t>(at);
  if (array < 0) return false;
  borders_.emplace(step, std::pair(static_cast<size_t>(array), name));
  return true;
}

/// Lives inside of a step only.
bool Taps::addInner(const Plan& plan, ValueId id, const std::string& name) {
  for (const PlannedValue& value : plan.values)
    if (value.name == lowered_.value(id).name) return false;
  const std::string producer = displayName(lowered_, lowered_.producer(id));
  for (size_t step = 0; step < plan.steps.size(); ++step) {
    const auto& members = plan.steps[step].members;
    if (std::find(members.begin(), members.end(), producer) == members.end() ||
        !followsFrom(plan, plan.steps[step], id))
      continue;
    inner_.emplace(step, Inner{id, name, step});
    return true;
  }
  return false;
}

/// Names of nodes need not be unique: the value must follow from what the step reads.
bool Taps::followsFrom(const Plan& plan, const Step& step, ValueId id) const {
  if (id == kNoValue || lowered_.constant(id) || arrayNamed(plan, step.reads, lowered_.value(id).name) >= 0)
    return true;
  const NodeId producer = lowered_.producer(id);
  if (producer == kNoNode || std::find(step.members.begin(), step.members.end(),
                                       displayName(lowered_, producer)) == step.members.end())
    return false;
  const auto& in = lowered_.node(producer).in;
  return std::all_of(in.begin(), in.end(), [&](ValueId input) { return followsFrom(plan, step, input); });
}

void Taps::attach(ExecutionContext& context) {
  context.observe([this, &context](size_t step, bool isBefore) {
    if (isBefore)
      before(context, step);
    else
      after(context, step);
  });
}

void Taps::before(const ExecutionContext& context, size_t step) {
  const auto [first, last] = inner_.equal_range(step);
  if (first == last) return;
  const Plan& plan = context.plan();
  std::map<std::string, Datum> known;
  for (int32_t read : plan.steps[step].reads)
    if (read >= 0)
      known[plan.values[static_cast<size_t>(plan.arrays[static_cast<size_t>(read)].value)].name] =
          context.read(static_cast<size_t>(read));
  for (auto inner = first; inner != last; ++inner)
    if (const Datum made = recompute(inner->second.value, known); made.tensor.defined())
      values_[inner->second.name] = made.tensor;
}

void Taps::after(const ExecutionContext& context, size_t step) {
  const auto [first, last] = borders_.equal_range(step);
  for (auto border = first; border != last; ++border)
    values_[border->second.second] = context.read(border->second.first);
  if (step + 1 < context.plan().steps.size()) return;
  for (const auto& [slot, name] : slots_)
    if (const Tensor& made = context.slot(slot).tensor; made.defined()) values_[name] = made;
}

Datum Taps::recompute(ValueId id, std::map<std::string, Datum>& known) const {
  if (id == kNoValue) return {};
  if (const Tensor* constant = lowered_.constant(id)) return *constant;
  if (const auto found = known.find(lowered_.value(id).name); found != known.end()) return found->second;
  const NodeId producer = lowered_.producer(id);
  check(producer != kNoNode, "a value inside a region follows from the region's inputs");
  const Node& node = lowered_.node(producer);
  std::vector<Datum> inputs;
  for (ValueId input : node.in) inputs.push_back(recompute(input, known));
  const auto at = std::find(node.out.begin(), node.out.end(), id) - node.out.begin();
  return known[lowered_.value(id).name] = evaluateNodeData(node, inputs)[static_cast<size_t>(at)];
}

}  // namespace ridge
