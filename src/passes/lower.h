// The way from a portable graph to a lowered one: shapes bound, canonical ops only.
#pragma once

#include <vector>

#include "ops/infer.h"
#include "passes/driver.h"

namespace ridge {

/// Binds the inputs' shapes (every input, static) and runs the lower list; the report goes on where it is.
/// Throws Error{input} naming the node: a custom op.
Graph lower(const Graph& portable, const std::vector<BoundShape>& shapes, const PassOptions& options,
            PassReport& report);

}  // namespace ridge
