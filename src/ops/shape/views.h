// What Reshape, Flatten, Squeeze, Unsqueeze, Identity share: the same elements under another shape.
#pragma once

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {

inline constexpr Traits kView{.view = true, .commutesWithQdq = true};

/// Partly known contents pass through, when the output has at most one dimension.
void passContents(InferContext& c, const Shape& shape);

/// Product that also knows 1 * 1 * N = N and that nothing survives a 0; unknown otherwise.
Dim viewProduct(std::span<const Dim> dims);

/// Distinct non-negative axes of a tensor of `rank` dimensions; errors are worded for the node.
std::vector<int64_t> distinctAxes(const InferContext& c, const std::vector<int64_t>& axes, int64_t rank);

}  // namespace ridge::ops
