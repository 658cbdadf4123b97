// What the ops share that select or place elements by index.
#pragma once

#include <span>

#include "ops/evaluate_context.h"
#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {

// --- inference

/// Error{input} when the element type of an input is known and no integer.
void requireIntegers(const InferContext& c, size_t input);
/// Error{input} when the number of elements of an input is known and not 1.
void requireOne(const InferContext& c, size_t input);
/// The only element of an integer input, if known.
std::optional<int64_t> knownScalar(const InferContext& c, size_t input);

// --- kernels

/// The only element of an integer input; `otherwise` when the input is absent.
int64_t scalarOf(const KernelContext& k, size_t input, int64_t otherwise = 0);
/// An index in [-size, size) made non-negative; fails outside.
int64_t indexIn(const KernelContext& k, int64_t index, int64_t size);

/// An array as lines along one axis: element `at` of line `l` is first(l) + at * stride.
struct Lines {
  int64_t length = 0, stride = 1, count = 0;
  int64_t first(int64_t line) const { return line / stride * stride * length + line % stride; }
};
Lines linesOf(std::span<const int64_t> dims, size_t axis);

// --- ops whose results' shapes depend on contents

/// The tensor's elements for loadNumbers; the tensor must outlive the view. No strings.
TensorView viewOf(const Tensor& tensor);
/// An int64 vector.
Tensor vectorOf(std::span<const int64_t> values);
/// The slices of an axis at `places`, which are in range, in that order; elements of any type.
Tensor selectAlong(const Tensor& from, size_t axis, std::span<const int64_t> places);

}  // namespace ridge::ops
