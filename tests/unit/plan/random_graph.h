// Random small graphs full of things that a memory planner can get wrong.
#pragma once

#include "ir/graph.h"

namespace ridge::test {

/// Convolutions, elementwise ops, nested concats, transposes, reshapes; values with many readers; outputs
/// that others read, inputs and values that are outputs (twice). All float32, shapes static.
Graph randomGraph(unsigned seed);

}  // namespace ridge::test
