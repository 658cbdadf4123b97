// What all graphs of one file share while they are read.
#pragma once

#include "onnx/functions.h"
#include "onnx/reader.h"
#include "onnx/tensor_io.h"

namespace ridge::onnx {

struct Import {
  Model& model;
  TensorSource tensors;
  const ReadOptions& options;
  Functions functions;
};

/// Error{input} when a node at `depth` (0: the main graph) may not have bodies.
void expectDepth(int64_t depth, const ReadOptions& options);

}  // namespace ridge::onnx
