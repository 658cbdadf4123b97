#include "api/taps.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "ir/dump.h"
#include "ops/evaluate.h"

namespace ridge {

Taps::Taps(const Graph& lowered, const Plan& plan, const std::string& glob) : lowered_(lowered) {
  std::map<ValueId, std::string> wanted;
  for (NodeId node : lowered.order())
    for (ValueId id : lowered.node(node).out) {
      if (id == kNoValue) continue;
      const Value& value = lowered.value(id);
      if (matchesGlob(glob, value.source))
        wanted[id] = value.source;
      else if (matchesGlob(glob, value.name))
        wanted[id] = value.name;
    }
  findPlaces(plan, wanted);
  if (borders_.empty() && inner_.empty())
    failUsage("no tensor matches '" + escaped(glob) + "'", "--tap",
              "names are those of `ridge inspect --layers`; a tensor that folding removed cannot be read");
}

void Taps::findPlaces(const Plan& plan, const std::map<ValueId, std::string>& wanted) {
  for (const auto& [id, name] : wanted) {
    const std::string& valueName = lowered_.value(id).name;
    const std::string producer = displayName(lowered_, lowered_.producer(id));
    for (size_t step = 0; step < plan.steps.size(); ++step) {
      const Step& candidate = plan.steps[step];
      const auto isHere = [&](int32_t array) {
        return plan.values[static_cast<size_t>(plan.arrays[static_cast<size_t>(array)].value)].name ==
               valueName;
      };
      const auto written = std::find_if(candidate.writes.begin(), candidate.writes.end(), isHere);
      if (written != candidate.writes.end()) {
        borders_.emplace(step, std::pair(static_cast<size_t>(*written), name));
        break;
      }
      const auto& members = candidate.members;
      if (std::find(members.begin(), members.end(), producer) == members.end()) continue;
      inner_.emplace(step, Inner{id, name, step});
      break;
    }
  }
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
  std::map<std::string, Tensor> known;
  for (int32_t read : plan.steps[step].reads)
    if (read >= 0)
      known[plan.values[static_cast<size_t>(plan.arrays[static_cast<size_t>(read)].value)].name] =
          context.read(static_cast<size_t>(read));
  for (auto inner = first; inner != last; ++inner)
    values_[inner->second.name] = recompute(inner->second.value, known);
}

void Taps::after(const ExecutionContext& context, size_t step) {
  const auto [first, last] = borders_.equal_range(step);
  for (auto border = first; border != last; ++border)
    values_[border->second.second] = context.read(border->second.first);
}

Tensor Taps::recompute(ValueId id, const std::map<std::string, Tensor>& known) const {
  if (id == kNoValue) return {};
  if (const Tensor* constant = lowered_.constant(id)) return *constant;
  if (const auto found = known.find(lowered_.value(id).name); found != known.end()) return found->second;
  const NodeId producer = lowered_.producer(id);
  check(producer != kNoNode, "a value inside a region follows from the region's inputs");
  const Node& node = lowered_.node(producer);
  std::vector<Tensor> inputs;
  for (ValueId input : node.in) inputs.push_back(recompute(input, known));
  const auto at = std::find(node.out.begin(), node.out.end(), id) - node.out.begin();
  return evaluateNode(node, inputs)[static_cast<size_t>(at)];
}

}  // namespace ridge
