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

/// None when too little is known of `to`.
std::optional<ReshapeTarget> reshapeTargetOf(const Shape& from, const Shape& to);

/// A Reshape of `x` under the target.
ValueId reshapeTo(GraphBuilder& builder, ValueId x, const ReshapeTarget& target, std::string_view nameHint);

}  // namespace ridge::passes
