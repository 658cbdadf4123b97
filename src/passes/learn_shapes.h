// Shapes that follow from arithmetic on other shapes, without changing the graph.
#pragma once

#include "ir/graph.h"

namespace ridge {

/// The same nodes and values, with the shapes that are known once the arithmetic on shapes has been done: a
/// bound graph as people know it, for counting what it costs. Shapes that depend on contents stay open.
Graph withLearnedShapes(Graph bound);

}  // namespace ridge
