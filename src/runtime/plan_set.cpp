#include "runtime/plan_set.h"

#include <algorithm>

#include "base/error.h"

namespace ridge {

PlanSet::PlanSet(std::vector<std::shared_ptr<const Executable>> plans, Replan replan)
    : stored_(std::move(plans)), replan_(std::move(replan)) {
  check(!stored_.empty(), "an engine has at least one plan");
}

std::shared_ptr<const Executable> PlanSet::planFor(const std::vector<BoundShape>& shapes) {
  const auto fits = [&](const std::shared_ptr<const Executable>& plan) { return plan->serves(shapes); };
  if (auto plan = std::find_if(stored_.begin(), stored_.end(), fits); plan != stored_.end()) return *plan;
  const std::lock_guard lock(mutex_);
  if (auto plan = std::find_if(made_.begin(), made_.end(), fits); plan != made_.end()) {
    std::rotate(plan, plan + 1, made_.end());
    return made_.back();
  }
  if (!replan_)
    failInput("the engine has no plan for these shapes", {},
              "build the engine with --shapes, or with its portable graph");
  if (made_.size() == kLargestCache) made_.erase(made_.begin());
  made_.push_back(replan_(shapes));
  return made_.back();
}

}  // namespace ridge
