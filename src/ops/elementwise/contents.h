// Arithmetic on partly known shape contents, so that Shape -> Mul -> Reshape folds with a symbolic batch.
#pragma once

#include <algorithm>
#include <optional>

#include "ops/infer.h"

namespace ridge::ops {

/// Contents of output 0 = fold(contents of input 0, contents of input 1), broadcast. `fold` sees two
/// dimensions and returns what is known of the result.
template <class Fold>
void inferBinaryContents(InferContext& c, Fold fold) {
  if (c.type(0) != DType::i64) return;
  const auto left = c.contents(0), right = c.contents(1);
  if (!left || !right) return;
  if (left->size() != right->size() && left->size() != 1 && right->size() != 1) return;
  const size_t count = left->size() == 1 ? right->size() : left->size();
  std::vector<Dim> result;
  for (size_t at = 0; at < count; ++at)
    result.push_back(fold((*left)[left->size() == 1 ? 0 : at], (*right)[right->size() == 1 ? 0 : at]));
  c.outputContents(0, std::move(result));
}

/// Dim of `fold` on two integers (nullopt: overflow), or the other side where one is the neutral integer.
template <class Fold>
Dim foldDims(const Dim& left, const Dim& right, int64_t neutral, bool commutes, Fold fold) {
  if (left.isInteger() && right.isInteger()) {
    const std::optional<int64_t> value = fold(left.value(), right.value());
    return value ? Dim(*value) : Dim();
  }
  if (right.isInteger() && right.value() == neutral) return left;
  if (commutes && left.isInteger() && left.value() == neutral) return right;
  return Dim();
}

}  // namespace ridge::ops
