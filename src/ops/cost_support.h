// Costs that many ops share. Values whose shape is not static count nothing.
#pragma once

#include "ir/graph.h"

namespace ridge {

/// Elements of a value with a static shape, else 0.
int64_t elementsOf(const Graph& graph, ValueId value);

/// Every input and output has a static shape.
bool hasStaticShapes(const Graph& graph, const Node& node);

/// a * b of counts; the largest int64 where that would overflow.
int64_t saturatingProduct(int64_t a, int64_t b);
/// a + b of counts, likewise.
int64_t saturatingSum(int64_t a, int64_t b);
/// The count nearest to a number that is not negative, likewise; 0 for one that is no number.
int64_t toCount(double value);

/// Parameters and bytes; no arithmetic.
Cost movedBytes(const Node& node, const Graph& graph);

/// `perElement` operations for every element of the outputs.
Cost elementwiseCost(const Node& node, const Graph& graph, int64_t perElement);

/// The same as a function for Op::cost: `.cost = costPerOutput<1>`.
template <int64_t kPerElement>
Cost costPerOutput(const Node& node, const Graph& graph) {
  return elementwiseCost(node, graph, kPerElement);
}

/// `perElement` operations for every element of input 0, for ops that shrink (reductions, pools).
template <int64_t kPerElement>
Cost costPerInput(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  cost.operations = saturatingProduct(kPerElement, elementsOf(graph, node.in[0]));
  return cost;
}

}  // namespace ridge
