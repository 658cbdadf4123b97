// Arithmetic that divides by a root mean square: what LayerNormalization, RMSNormalization and
// InstanceNormalization are made of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/patch.h"

namespace ridge::passes {

/// out = (x - mean) / sqrt(mean of (x - mean)^2 + epsilon), or without the mean.
struct Normalized {
  ValueId x = kNoValue, out = kNoValue;
  std::vector<int64_t> axes;  ///< ascending
  double epsilon = 0;
  bool centered = false;
  std::vector<NodeId> nodes;  ///< the division first
};
using NormalizedOrReason = std::variant<NoMatch, Declined, Normalized>;

/// With `division` as the node that divides.
NormalizedOrReason normalizedBy(const Graph& graph, NodeId division);

/// The axes are the last ones of x, all of them from the first.
bool areLastAxes(const Graph& graph, const Normalized& norm);

/// A Mul or Add with a constant that is the only reader of `value`, as one step of a chain.
struct ConstantStep {
  NodeId node = kNoNode;
  ValueId constant = kNoValue, out = kNoValue;
};
std::optional<ConstantStep> soleStep(const Graph& graph, ValueId value, const Op& op);

/// A constant that broadcasts to the last `row.size()` axes of something and is the same along all others, as
/// one number for each element of a row; none otherwise.
std::optional<Tensor> rowConstant(const Graph& graph, ValueId constant, const Dims& row);

/// Scale and bias that follow a normalization, as far as they fit its rows.
struct RowAffine {
  std::optional<Tensor> scale, bias;
  ValueId out = kNoValue;
  std::vector<NodeId> nodes;
};
RowAffine rowAffineAfter(const Graph& graph, ValueId value, const Dims& row, bool takesBias);

}  // namespace ridge::passes
