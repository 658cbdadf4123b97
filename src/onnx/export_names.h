// Names of values in the file: inputs and outputs bear the interface's names, every name stands for one value
// of the whole model.
#pragma once

#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "ir/graph.h"

namespace ridge::onnx {

using TakenNames = std::unordered_set<std::string>;

struct ExportNames {
  std::vector<std::string> names;    ///< by ValueId; "" for values that nobody uses
  std::vector<std::string> outputs;  ///< in the order of the graph's
  /// Outputs that need an Identity node: their value is an input, a constant, or an output under another name
  /// already.
  std::vector<Graph::Output> copies;
};

/// Error{input} when an output bears the name of an input that it is not.
ExportNames exportNames(const Graph& graph, TakenNames& taken);

/// Of a body, reopened: its last inputs are values of the graph around it and bear these names. Its outputs
/// come from nodes of its own, as runtimes want it.
ExportNames bodyNames(const Graph& body, std::span<const std::string> captured, TakenNames& taken);

}  // namespace ridge::onnx
