// What a body reads from around it.
#pragma once

#include <string>
#include <vector>

#include "onnx_wire.pb.h"

namespace ridge::onnx {

/// Names that the bodies of a node read and none of them declares, through any depth, each once, in order of
/// first reading.
std::vector<std::string> freeNames(const wire::NodeProto& node);

}  // namespace ridge::onnx
