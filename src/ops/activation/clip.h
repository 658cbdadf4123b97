// Clip's inputs as numbers, for passes that look for ReLU6 and the like.
#pragma once

#include <limits>
#include <optional>

#include "ir/graph.h"

namespace ridge::ops {

struct ClipRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
/// The bounds of a Clip node whose bounds are constant (or left out); null otherwise.
std::optional<ClipRange> clipRange(const Node& node, const Graph& graph);

}  // namespace ridge::ops
