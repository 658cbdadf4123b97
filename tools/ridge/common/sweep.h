// What crosses the ridge when the batch, the precision or the machine changes.
#pragma once

#include <string>

#include "analyze/roofline.h"
#include "common/json.h"
#include "common/output.h"

namespace ridge::tool {

/// `text` is "batch=1,8,32", "precision=fp32,fp16" or "target=A,B". Prints a column for each and the layers
/// whose bound changes; `batch` is that of the graph. Error{usage} when it is anything else.
Json sweepJson(const std::string& text, const Graph& graph, const analyze::CostOptions& options,
               const analyze::RoofRequest& request, int64_t batch, const Output& out);

}  // namespace ridge::tool
