// What crosses the ridge when the batch, the precision or the machine changes.
#pragma once

#include <string>
#include <vector>

#include "analyze/roofline.h"
#include "common/json.h"
#include "common/output.h"

namespace ridge::tool {

/// One value of what changes.
struct SweepVariant {
  std::string label;
  analyze::CostOptions options;
  analyze::Roof roof;
  int64_t items = 0;  ///< a batch of so many; 0: the graph's own
};

struct Sweep {
  std::string text;  ///< "batch=1,8,32", "precision=fp32,fp16" or "target=A,B"
  std::vector<SweepVariant> variants;
};

/// Error{usage} when it is anything else, or names what there is not.
Sweep sweepOfFlag(const std::string& text, const analyze::CostOptions& options,
                  const analyze::RoofRequest& request);

/// Prints a line for each variant and the layers whose bound changes; `batch` is that of the graph.
Json sweepJson(const Sweep& sweep, const Graph& graph, int64_t batch, const Output& out);

}  // namespace ridge::tool
