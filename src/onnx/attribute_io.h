// AttributeProto to the neutral AttributeMap and back.
#pragma once

#include "ir/attributes.h"
#include "onnx/tensor_io.h"

namespace ridge::onnx {

/// AttributeProto.type.
enum class AttributeKind : int32_t {
  undefined = 0,
  floatNumber = 1,
  integer = 2,
  string = 3,
  tensor = 4,
  graph = 5,
  floats = 6,
  integers = 7,
  strings = 8,
  tensors = 9,
  graphs = 10,
  sparseTensor = 11,
  sparseTensors = 12,
  typeProto = 13,
  typeProtos = 14,
};

/// The kind as stated, or deduced from the field that is set (files of the first IR versions do not state
/// it).
AttributeKind kindOf(const wire::AttributeProto& message);

/// Error{input} naming the attribute: given twice, of a kind that no supported op has, or a reference to an
/// attribute of a function. Moves large tensors out of the node.
AttributeMap attributesFrom(wire::NodeProto& node, const TensorSource& source);

void addAttributes(wire::NodeProto& node, const AttributeMap& attributes);

}  // namespace ridge::onnx
