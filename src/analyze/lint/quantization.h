// QuantizeLinear and DequantizeLinear as the rules about their pairs see them.
#pragma once

#include <optional>
#include <vector>

#include "analyze/lint/support.h"

namespace ridge::analyze::lint {

/// The DequantizeLinear that a value comes from, through nodes that only move or select elements;
/// kNoNode without one. Of a Concat that of its first operand, if all come from one.
NodeId dequantizerOf(const Graph& graph, ValueId value);

/// A product whose operands both come from a DequantizeLinear.
bool isQuantizedProduct(const Graph& graph, NodeId node);

/// The product that makes a value, through activations, clamps and BatchNormalization; kNoNode without one.
NodeId productBehind(const Graph& graph, ValueId value);

/// All readers are QuantizeLinear, through activations.
bool isQuantizedAfter(const Graph& graph, ValueId value);

/// Constant scale and zero point of a Q or DQ; nothing for computed ones.
struct Steps {
  std::vector<double> scale;
  std::vector<int64_t> zero;  ///< empty: 0
};
std::optional<Steps> stepsOf(const Graph& graph, NodeId node);

/// The same scale, zero point, axis and type of bytes.
bool sameSteps(const Graph& graph, NodeId dequantize, NodeId quantize);

}  // namespace ridge::analyze::lint
