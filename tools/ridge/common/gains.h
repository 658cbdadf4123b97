// The table of what each layer would gain.
#pragma once

#include "analyze/gains.h"
#include "analyze/matrix_roof.h"
#include "common/json.h"
#include "common/output.h"

namespace ridge::tool {

/// Prints the layers that gain most; all of them are in the document.
Json adviceJson(const Graph& graph, const analyze::GainRequest& request, const Output& out);

}  // namespace ridge::tool
