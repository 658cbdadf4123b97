#include "plan/planner.h"

#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "plan/emit.h"
#include "plan/record.h"
#include "plan/tuner.h"

namespace ridge {

namespace {

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

}  // namespace

Plan makePlan(const Graph& graph, const PlanOptions& options, WeightStore& weights) {
  check(!options.backends.empty() && !options.backends.back()->memory(),
        "the last backend of a plan is one of the host");
  const auto start = Clock::now();
  const Memories memories(options.backends);
  Cover cover = coverGraph(graph, options.backends, tapIds(graph, options.taps));
  tune(graph, cover, options);
  const Formats formats = assignFormats(graph, cover, memories);
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
  plan.decisions = recordDecisions(graph, cover, formats, layout, memory, memories, plan);
  return plan;
}

}  // namespace ridge
