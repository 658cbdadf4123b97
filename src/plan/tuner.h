// Times candidates on this machine, or takes their times from the cache.
#pragma once

#include "plan/cover.h"
#include "plan/planner.h"

namespace ridge {

/// Sets Choice::measuredNs of every region that has more than one candidate. Stops early, leaving the rest to
/// the analytic model, when the budget is spent.
void tune(const Graph& graph, Cover& cover, const PlanOptions& options);

/// Canonical signature of a region and one of its candidates: ops, attributes, shapes, expression, tactic; no
/// names, ids or constant values.
std::string signatureOf(const Graph& graph, const Region& region, const Candidate& candidate);

}  // namespace ridge
