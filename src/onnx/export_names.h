// Names of an exported graph: outputs carry the interface's names, every name stands for one value.
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge::onnx {

struct ExportNames {
  std::vector<std::string> names;  ///< by ValueId; "" for values that nobody uses
  /// Outputs that need an Identity node: their value is an input, a constant, or an output under another name
  /// already.
  std::vector<Graph::Output> copies;
};

/// Error{input} when an output bears the name of an input that it is not.
ExportNames exportNames(const Graph& graph);

}  // namespace ridge::onnx
