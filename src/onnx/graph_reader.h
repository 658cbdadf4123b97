// The main graph of a parsed model becomes a Graph.
#pragma once

#include "onnx/reader.h"
#include "onnx/tensor_io.h"

namespace ridge::onnx {

/// Fills model.graph and model.notes; model.irVersion and model.opsets are there already. Takes what it reads
/// out of `message`; what stays has no room in a Graph. Error{input} naming the node or value.
void readGraph(wire::GraphProto& message, const TensorSource& source, Model& model);

}  // namespace ridge::onnx
