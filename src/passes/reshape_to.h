// Reshapes whose target is a constant, also where dimensions are symbols.
#pragma once

#include "ir/matcher.h"
#include "ir/patch.h"

namespace ridge::passes {

/// Reshape, Flatten, Squeeze, Unsqueeze: same elements in the same order.
bool isReshape(const Op& op);

/// What a Reshape from one shape to another is told: numbers, 0 (copy the dimension), one -1 (what remains).
struct ReshapeTarget {
  std::vector<int64_t> dims;
  bool allowZero = false;  ///< zeros are dimensions of no elements, not copies
};

/// None when too little is known of `to`. A -1 beside copied dimensions has no answer where one of those is
/// 0; it is made only where what it stands for has none either: `hasRest`, a -1 of its own.
std::optional<ReshapeTarget> reshapeTargetOf(const Shape& from, const Shape& to, bool hasRest = false);

/// A Reshape whose target has a -1.
bool hasRest(const Graph& graph, const Node& node);

/// A Reshape of `x` under the target.
ValueId reshapeTo(GraphBuilder& builder, ValueId x, const ReshapeTarget& target, std::string_view nameHint);

}  // namespace ridge::passes
