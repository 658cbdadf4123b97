#include "analyze/explain/explanation.h"

#include <algorithm>

#include "analyze/precision.h"
#include "analyze/profile/step_facts.h"
#include "plan/format.h"

namespace ridge::analyze {

namespace {

/// What a build with this precision asks of a step: floats run at it, everything else as the network has it.
std::string askedOf(const std::string& given, const std::string& precision) {
  const auto found = precisionFromName(given);
  return found && !isInteger(*found) ? precision : given;
}

class Collector {
 public:
  Collector(Explanation& made, const std::string& precision) : made_(made), precision_(precision) {}

  void add(const Plan& plan, int depth) {
    std::vector<std::vector<Decision>> byStep(plan.steps.size());
    for (const Decision& decision : plan.decisions)
      (decision.step < 0 ? made_.stepless : byStep[static_cast<size_t>(decision.step)]).push_back(decision);
    for (size_t at = 0; at < plan.steps.size(); ++at) {
      addStep(plan, plan.steps[at], depth, std::move(byStep[at]));
      for (const Plan& body : plan.steps[at].bodies) add(body, depth + 1);
    }
  }

 private:
  void addStep(const Plan& plan, const Step& step, int depth, std::vector<Decision> decisions) {
    ExplainedStep& made = made_.steps.emplace_back(ExplainedStep{&plan, &step, depth, std::move(decisions)});
    made.given = precisionTextOf(step);
    made.asked = askedOf(made.given, precision_);
    // The model itself asks for integers, by QuantizeLinear and DequantizeLinear.
    for (const Decision& decision : ofKind(made.decisions, DecisionKind::precision))
      made.asked = decision.what;
  }

  Explanation& made_;
  const std::string& precision_;
};

}  // namespace

Explanation explain(const Plan& plan, std::span<const Decision> passes, const std::string& precision) {
  Explanation made;
  Collector(made, precision).add(plan, 0);
  made.passes.assign(passes.begin(), passes.end());
  return made;
}

std::vector<Decision> ofKind(std::span<const Decision> decisions, DecisionKind kind) {
  std::vector<Decision> found;
  std::copy_if(decisions.begin(), decisions.end(), std::back_inserter(found),
               [&](const Decision& decision) { return decision.kind == kind; });
  return found;
}

const Step* homeOf(const ExplainedStep& at, const std::string& node) {
  for (const Step& step : at.plan->steps)
    if (std::count(step.members.begin(), step.members.end(), node) > 0) return &step;
  return nullptr;
}

bool isFused(const Step& home, const std::string& node) {
  return home.members.size() > 1 && home.members.front() != node;
}

bool isPlannersOwn(const Step& step) {
  return step.members.empty();
}

std::string orderOf(const ArraySpec& array) {
  if (array.at.space == Space::weights || array.at.space == Space::none || array.dims.size() < 3 ||
      ordersCoincide(array.dims))
    return {};
  for (const Order order : {Order::plain, Order::channelsLast})
    if (array.strides == denseStrides(array.dims, order)) return std::string(name(order));
  return "a slice of a larger array";
}

const Step* writerOf(const ExplainedStep& at, size_t input) {
  const int32_t array = input < at.step->reads.size() ? at.step->reads[input] : -1;
  const Step* writer = nullptr;
  for (const Step& step : at.plan->steps) {
    if (&step == at.step) break;
    if (array >= 0 && std::count(step.writes.begin(), step.writes.end(), array) > 0) writer = &step;
  }
  return writer;
}

}  // namespace ridge::analyze
