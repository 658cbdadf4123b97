// Trace event files, as chrome://tracing and ui.perfetto.dev open them.
#pragma once

#include <span>
#include <string>

#include "analyze/profile/layers.h"
#include "analyze/profile/spans.h"

namespace ridge::tool {

/// One row a thread; executions contain steps, steps the parts that the thread ran of them.
void writeTrace(const std::string& file, const analyze::Spans& spans, const Plan& plan,
                std::span<const analyze::LayerProfile> layers);

}  // namespace ridge::tool
