#include "runtime/plan_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace ridge {

namespace {

void requireInside(const ShapeRange& range, const BoundShape& shape) {
  for (size_t at = 0; at < range.smallest.size(); ++at) {
    if (range.smallest[at].input != shape.input) continue;
    const Dims &low = range.smallest[at].dims, &high = range.largest[at].dims;
    bool inside = shape.dims.size() == low.size();
    for (size_t axis = 0; inside && axis < low.size(); ++axis)
      inside = low[axis] <= shape.dims[axis] && shape.dims[axis] <= high[axis];
    if (!inside)
      failUsage(fmt::format("the shape {} is outside of {} .. {}, for which the engine was built",
                            toString(shape.dims), toString(low), toString(high)),
                fmt::format("input {}", escaped(shape.input)),
                "build it with a wider range (--min-shapes, --max-shapes)");
  }
}

}  // namespace

PlanSet::PlanSet(std::vector<std::shared_ptr<const Executable>> plans, Replan replan,
                 std::optional<ShapeRange> range)
    : stored_(std::move(plans)), replan_(std::move(replan)), range_(std::move(range)) {
  check(!stored_.empty(), "an engine has at least one plan");
}

std::shared_ptr<const Executable> PlanSet::planFor(const std::vector<BoundShape>& shapes) {
  const auto fits = [&](const std::shared_ptr<const Executable>& plan) { return plan->serves(shapes); };
  if (auto plan = std::find_if(stored_.begin(), stored_.end(), fits); plan != stored_.end()) return *plan;
  if (range_)
    for (const BoundShape& shape : shapes) requireInside(*range_, shape);
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
