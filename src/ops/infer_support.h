// Shape inference that many ops share.
#pragma once

#include "ops/infer.h"

namespace ridge {

/// Output 0 has the type and shape of input 0. Usable as Op::infer.
void inferSameAsInput(InferContext& c);

/// Output 0: the broadcast shape of all inputs and their common type. Usable as Op::infer.
void inferBroadcast(InferContext& c);

/// The same with another element type (comparisons: DType::boolean), or with inputs from `first` on only.
void inferBroadcastAs(InferContext& c, DType type, size_t first = 0);

/// Inputs from `first` on that are there have one type; Error{input} otherwise. Returns it (undefined:
/// unknown).
DType requireSameType(const InferContext& c, size_t first = 0);

/// Error{input} when the element type is known and no floating-point type.
void requireFloat(const InferContext& c, size_t input);

/// Error{input} when the rank is known and below `least` or above `most` (-1: no limit).
void requireRank(const InferContext& c, size_t input, int64_t least, int64_t most = -1);

/// Error{input} when what is known of an input's shape contradicts these dimensions.
void requireDims(const InferContext& c, size_t input, const std::vector<Dim>& wanted);

/// Axis in [-rank, rank) made non-negative; the error is worded for the node.
int64_t axisOf(const InferContext& c, int64_t axis, int64_t rank);

/// The element type that an attribute names by its ONNX number; Error{input} when there is none.
DType typeOfNumber(const InferContext& c, int64_t number);

/// Unknown dimensions of a known rank.
Shape unknownShape(int64_t rank);

/// Product, unknown unless all are integers. Throws Error{input} on overflow.
Dim productOf(std::span<const Dim> dims);

}  // namespace ridge
