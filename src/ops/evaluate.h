// Runs a graph under the reference kernels: constant folding and the truth of every verification use it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// One node on given inputs (absent optional inputs are undefined tensors). Output shapes come from inference
/// on the inputs' concrete shapes and contents.
std::vector<Tensor> evaluateNode(const Node& node, const std::vector<Tensor>& inputs);

/// The same with inputs and outputs of any kind.
std::vector<Datum> evaluateNodeData(const Node& node, const std::vector<Datum>& inputs);

/// Inputs and outputs of any kind, in the order of the graph's.
std::vector<Datum> evaluateBody(const Graph& body, const std::vector<Datum>& inputs);

/// Called with every input and every node's output that is a tensor as soon as it is known.
using ValueObserver = std::function<void(ValueId, const Tensor&)>;

/// All outputs, in order. Inputs by name; a missing or contradicting one is Error{input}. Tensors whose users
/// have run are freed.
std::vector<Tensor> evaluate(const Graph& graph, const std::map<std::string, Tensor>& inputs,
                             const ValueObserver& observe = {});

}  // namespace ridge
