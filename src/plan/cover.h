// Which nodes run together: a cover of the graph by regions, each with the candidates that backends offer for
// it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/backend.h"
#include "plan/control.h"
#include "plan/island.h"
#include "plan/memories.h"
#include "plan/movement.h"
#include "plan/plan.h"

namespace ridge {

/// One way to execute a region, and by whom.
struct Choice {
  const Backend* backend = nullptr;  ///< null: the planner moves the elements itself (views, copies)
  Candidate candidate;
  double measuredNs = 0;  ///< 0: not timed
  int memory = 0;         ///< where it runs (plan/memories.h)
  double cost() const { return measuredNs > 0 ? measuredNs : candidate.estimateNs; }
};

struct CoverRegion {
  Region region;
  std::optional<Movement> movement;      ///< set when the planner moves the elements itself
  std::optional<Island> island;          ///< set when the evaluator runs it; the region has its static values
  std::optional<Control> control;        ///< set when its bodies are plans of their own
  std::vector<Choice> choices;           ///< not empty
  bool fallback = false;                 ///< only the last backend takes it
  std::vector<Decision> decisions = {};  ///< while it was made; they do not name the step yet
};

struct Cover {
  std::vector<CoverRegion> regions;  ///< in order of execution
};

/// Throws Error{input} naming a node that no backend executes.
Cover coverGraph(const Graph& graph, const std::vector<const Backend*>& backends,
                 const std::set<ValueId>& taps);

}  // namespace ridge
