// Bytes of a model whose constants are not copied into messages first: they may be most of the machine's
// memory.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ir/tensor.h"
#include "onnx_wire.pb.h"

namespace ridge::onnx {

/// One constant: the message without raw data, and the tensor, whose bytes follow unless the message says
/// that they lie in another file.
struct Initializer {
  wire::TensorProto head;
  Tensor tensor;
};

struct WireModel {
  wire::ModelProto model;  ///< without the graph
  wire::GraphProto graph;  ///< without initializers
  std::vector<Initializer> initializers;
};

using Sink = std::function<void(std::span<const std::byte>)>;

uint64_t byteSize(const WireModel& model);
void emit(const WireModel& model, const Sink& sink);

}  // namespace ridge::onnx
