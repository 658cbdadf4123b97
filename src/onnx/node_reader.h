// One node of the file becomes one node of the graph, or several, or a constant.
#pragma once

#include "onnx/graph_reader.h"

namespace ridge::onnx {

/// A node of the file with its values found.
struct NodeSource {
  wire::NodeProto* message;
  const Opsets* opsets;  ///< that it was written for
  size_t index;          ///< in its graph
  std::vector<ValueId> in = {}, out = {};
  std::vector<OuterName> outerNames = {};  ///< what its bodies read from this graph
};

std::string nodeLabel(const NodeSource& source);

/// Constant nodes become constants; ops of the list are upgraded, parsed and inferred; others become opaque.
/// Errors carry the node. Nodes must come in topological order. `depth` is that of `graph`, 0 the main one.
void readNode(NodeSource source, Graph& graph, int64_t depth, Import& import);

}  // namespace ridge::onnx
