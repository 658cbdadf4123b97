// The tensors of two runs side by side, by their names.
#pragma once

#include <set>
#include <string>

#include "common/saved_outputs.h"
#include "verify/verifier.h"

namespace ridge::tool {

struct ComparedTensors {
  NamedTensors outputs;               // names are "" where the file has none
  NamedTensors inner;                 // of --layers, in the order of the graph
  std::set<std::string> others = {};  // outputs that are no tensors
};

/// Null when there is none.
const Tensor* find(const NamedTensors& tensors, const std::string& name);

/// Tensors of both sides by name; what only one has is unchecked. A pair is a layer as soon as one of the two
/// is an inner tensor.
VerifyReport matchTensors(ComparedTensors a, ComparedTensors b, const std::set<std::string>& inputs);

}  // namespace ridge::tool
