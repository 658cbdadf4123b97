// One node of the file becomes one node of the graph, or several, or a constant.
#pragma once

#include "onnx/reader.h"
#include "onnx/tensor_io.h"

namespace ridge::onnx {

/// A node of the file with its values found.
struct NodeSource {
  wire::NodeProto* message;
  size_t index;  ///< in the file
  std::vector<ValueId> in, out;
};

std::string nodeLabel(const NodeSource& source);

/// Constant nodes become constants; ops of the list are upgraded, parsed and inferred; others become opaque.
/// Errors carry the node. Nodes must come in topological order.
void readNode(NodeSource source, const TensorSource& tensors, Model& model);

}  // namespace ridge::onnx
