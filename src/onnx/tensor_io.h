// TensorProto to Tensor and back.
#pragma once

#include "ir/tensor.h"
#include "onnx/external_data.h"
#include "onnx_wire.pb.h"

namespace ridge::onnx {

/// Where tensors may come from and how large they may be.
struct TensorSource {
  ExternalData* external;
  int64_t maxElements;
  int64_t* standIns = nullptr;  ///< counts tensors without data that got stand-ins; null: they are refused
};

/// Takes the bytes of large tensors out of the message instead of copying them; external ones stay in their
/// map. Error{input} for unknown types, data that does not fit the dimensions, values outside their type's
/// range.
Tensor tensorFrom(wire::TensorProto& message, const TensorSource& source);

/// Name, type and dimensions; then the data: raw, or strings.
void describeTensor(wire::TensorProto& message, const std::string& name, const Tensor& tensor);
void fillTensor(wire::TensorProto& message, const std::string& name, const Tensor& tensor);

}  // namespace ridge::onnx
