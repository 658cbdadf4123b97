// From a lowered graph to a plan: regions, candidates, formats, memory.
#pragma once

#include <functional>
#include <vector>

#include "plan/backend.h"
#include "plan/plan.h"
#include "plan/timing_cache.h"

namespace ridge {

enum class Tune {
  off,   ///< analytic model only
  fast,  ///< a few runs of each candidate that the cache does not know
  full   ///< more runs
};

struct PlanOptions {
  std::vector<const Backend*>
      backends;  ///< in order of preference; the last one, of the host, takes what the others refuse
  Tune tune = Tune::off;
  double budgetSeconds = 0;       ///< for timing; 0: no limit
  TimingCache* cache = nullptr;   ///< read and extended; may be null
  std::vector<std::string> taps;  ///< lowered values that become extra outputs of their regions
  std::function<void(int done, int total)> progress;  ///< while timing
};

/// `graph` is lowered: static shapes, lowered ops only. Packed constants go to `weights`. Throws Error{input}
/// when no backend can execute a node.
Plan makePlan(const Graph& graph, const PlanOptions& options, WeightStore& weights);

}  // namespace ridge
