// Constant nodes: their value in one of seven attributes.
#pragma once

#include "ir/graph.h"
#include "onnx/tensor_io.h"

namespace ridge::onnx {

Tensor constantFrom(wire::NodeProto& message, const TensorSource& tensors);

/// The value, which nothing produces, becomes a constant.
void setConstant(Graph& graph, ValueId id, Tensor tensor);

}  // namespace ridge::onnx
