// A node on its way into the graph: its inputs and outputs are values already, its attributes still as in the
// file.
#pragma once

#include "ir/graph.h"

namespace ridge::onnx {

struct NodeDraft {
  std::string opType;
  std::string name;
  AttributeMap attributes;
  std::vector<ValueId> in, out;
  Origins origins;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::shared_ptr<const Graph>> bodies = {};
  int captures = 0;
};

/// Parses the attributes and adds the node; Error{input} for attributes that the op lacks or needs. Counts of
/// inputs and outputs are checked by inferNode, which the caller runs next.
NodeId addNode(Graph& graph, const Op& op, NodeDraft draft);

/// `node "conv1" (Conv)`; without a name `node #12 (Conv)`.
std::string nodeLabel(size_t index, std::string_view name, std::string_view domain, std::string_view opType);

}  // namespace ridge::onnx
