// What the sequence and optional ops share.
#pragma once

#include "ops/evaluate_context.h"
#include "ops/infer.h"
#include "ops/infer_support.h"
#include "ops/ops.h"

namespace ridge::ops {

/// Nothing here is worth computing ahead of time, and sequences are no constants.
inline constexpr Traits kHoldsSequences{.foldable = false};

/// Error{input} unless the input is a sequence.
void requireSequence(const InferContext& c, size_t input);
/// Error{input} unless the input is a tensor.
void requireTensor(const InferContext& c, size_t input);

/// What is known of the tensors of a sequence, as one of them.
ValueType elementOf(const InferContext& c, size_t input);

/// Output 0 is a sequence of such tensors.
void outputSequence(InferContext& c, ValueType element);

/// The place that an integer input names: from the end when negative. `most` is the largest that is allowed.
size_t positionOf(const EvaluateContext& c, size_t input, size_t length, size_t most);

/// `count` slices from `first` on along `axis`; without `keep` the axis goes, `count` is then 1.
Tensor cut(const EvaluateContext& c, const Tensor& whole, size_t axis, int64_t first, int64_t count,
           bool keep);

}  // namespace ridge::ops
