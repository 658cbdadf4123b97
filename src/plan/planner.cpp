#include "plan/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "plan/device_memory.h"
#include "plan/emit.h"
#include "plan/tuner.h"

namespace ridge {

namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::set<ValueId> tapIds(const Graph& graph, const std::vector<std::string>& names) {
  std::set<ValueId> ids;
  for (const std::string& name : names) {
    const auto id = graph.find(name);
    if (!id)
      failUsage("there is no tensor of this name to tap", escaped(name), "see `ridge inspect --layers`");
    ids.insert(*id);
  }
  return ids;
}

void addReformatDecisions(Plan& plan) {
  for (const Step& step : plan.steps)
    if (step.ops.front() == "reformat")
      plan.decisions.push_back(
          {step.name, fmt::format("is copied to another layout, about {:.1f} us", step.estimateNs / 1e3)});
}

void addPlaceDecisions(const Graph& graph, const Formats& formats, Cover& cover) {
  for (size_t at = 0; at < cover.regions.size(); ++at) {
    const CoverRegion& region = cover.regions[at];
    const Choice &first = region.choices.front(), &taken = region.choices[formats.choice[at]];
    if (!region.movement && taken.memory != first.memory)
      cover.decisions.push_back(
          {displayName(graph, region.region),
           fmt::format("is left to {}: moving its arrays for {} would cost more than it saves",
                       taken.backend->name(), first.backend->name())});
  }
}

void addTransferDecisions(Plan& plan) {
  for (const Step& step : plan.steps) {
    if (!isTransfer(step.kernel)) continue;
    const ArraySpec& array = step.kernel.out.front();
    plan.decisions.push_back(
        {step.name,
         fmt::format("is moved {} {}, {} bytes, about {:.1f} us", isUpload(step.kernel) ? "to" : "from",
                     plan.memories[static_cast<size_t>(step.kernel.memory) - 1].name,
                     bytesOf(array.type, elementCount(array.dims)), step.estimateNs / 1e3)});
  }
}

}  // namespace

Plan makePlan(const Graph& graph, const PlanOptions& options, WeightStore& weights) {
  check(!options.backends.empty() && !options.backends.back()->memory(),
        "the last backend of a plan is one of the host");
  const auto start = std::chrono::steady_clock::now();
  const Memories memories(options.backends);
  Cover cover = coverGraph(graph, options.backends, tapIds(graph, options.taps));
  tune(graph, cover, options);
  const Formats formats = assignFormats(graph, cover, memories);
  addPlaceDecisions(graph, formats, cover);
  Layout layout = layOut(graph, cover, formats, memories, weights);
  const MemoryPlan memory = planMemory(cover, formats, memories, layout);
  const auto planBody = [&](const Graph& body) {
    PlanOptions inner = options;
    inner.taps.clear();
    // An iteration is too short to be worth a transfer.
    std::erase_if(inner.backends, [](const Backend* backend) { return backend->memory() != nullptr; });
    inner.progress = {};
    // All plans together keep to the budget.
    if (options.budgetSeconds > 0)
      inner.budgetSeconds = std::max(1e-3, options.budgetSeconds - secondsSince(start));
    return makePlan(body, inner, weights);
  };
  Plan plan = emitPlan(graph, cover, formats, layout, memory, memories, planBody, weights);
  plan.device = options.backends.front()->name();
  plan.architecture = options.backends.front()->architecture();
  const bool timed =
      std::any_of(plan.steps.begin(), plan.steps.end(), [](const Step& s) { return s.measuredNs > 0; });
  plan.tunedThreads = timed ? ThreadPool::instance().threads() : 0;
  plan.decisions = std::move(cover.decisions);
  addReformatDecisions(plan);
  addTransferDecisions(plan);
  return plan;
}

}  // namespace ridge
