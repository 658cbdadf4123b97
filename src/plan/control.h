// Steps that run plans of their own: If, Loop and Scan whose values all have shapes.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "ir/graph.h"
#include "plan/region.h"

namespace ridge {

/// How a value is cut into slices, one an iteration, or put together from them.
struct Slicing {
  int32_t axis = 0;
  bool backward = false;
};

/// What the runtime has to know of a step with bodies (Step::bodies).
///   branch: reads the condition, then what both bodies take; bodies: else, then.
///   loop: reads the number of iterations and the condition (each may be absent), states, scanned arrays,
///     captures. Its one body takes and gives a slice of each scanned and collected array.
struct Control {
  bool loops = false;       ///< else one of two bodies runs
  bool counts = false;      ///< the body takes iteration and condition first, and gives a condition first
  int32_t states = 0;       ///< values that one iteration hands to the next
  int64_t iterations = -1;  ///< known in advance; -1: as the number and the condition say
  std::vector<Slicing> scanned = {}, collected = {};
  std::vector<int32_t> out = {};  ///< by result: output of the step; -1: nobody reads it
};

/// The region of one node with bodies, and how it runs.
struct ControlRegion {
  Control control;
  Region region;
};

/// Or a sentence that says why plans cannot run it: the evaluator does (plan/island.h). Values in `taps` are
/// read from outside.
std::variant<ControlRegion, std::string> controlOf(const Graph& graph, NodeId id,
                                                   const std::set<ValueId>& taps);

struct Step;
/// Throws Error{input} unless the step's arrays and those of its bodies fit together: engines may come from
/// anywhere.
void checkControl(const Step& step);

}  // namespace ridge
