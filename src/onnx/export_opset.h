// Which opset an exported graph needs.
#pragma once

#include "ir/graph.h"

namespace ridge::onnx {

/// Opset of the standard domain: the lowest in which every node's form exists. Carried nodes of the standard
/// domain have their meaning only in the opset they were imported with (`imported`, 0 when there was none),
/// so that one is kept; Error{input} naming the node whose form is newer.
int64_t exportOpset(const Graph& graph, int64_t imported);

}  // namespace ridge::onnx
