// The table of what each layer would gain.
#pragma once

#include <optional>

#include "analyze/gains.h"
#include "common/json.h"
#include "common/output.h"

namespace ridge::tool {

/// The roof of the target's matrix units, if it has them and the request does not ask for them already: fp16,
/// else bf16, else tf32.
std::optional<analyze::Roof> matrixRoofOf(const analyze::RoofRequest& request, const analyze::Roofs& roofs);

/// Prints the layers that gain most; all of them are in the document.
Json adviceJson(const Graph& graph, const analyze::GainRequest& request, const Output& out);

}  // namespace ridge::tool
