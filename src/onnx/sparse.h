// Sparse constants become dense ones.
#pragma once

#include "onnx/tensor_io.h"

namespace ridge::onnx {

/// Zeros but for the values, whose indices count elements in row-major order or give one number an axis.
/// Error{input} for indices that are out of range, out of order or twice, and over the limit on elements.
Tensor sparseTensorFrom(wire::SparseTensorProto& message, const TensorSource& source);

}  // namespace ridge::onnx
