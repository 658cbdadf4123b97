// One step of a plan as a backend sees it, without graph or planner: enough to compile it, to store it in an
// engine and to check it there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ir/expr.h"
#include "ir/tensor.h"

namespace ridge {

class Graph;

/// Where the bytes of an array live.
enum class Space : uint8_t {
  none,    ///< an absent optional input
  input,   ///< the caller's buffer of input `index`, dense row-major
  output,  ///< the caller's buffer of output `index`, dense row-major
  arena,  ///< the context's activations in memory `index` (0: the host's, else Plan::memories[index - 1]), at
          ///< byte `offset`
  weights,  ///< constants of the engine (portable or packed): blob `index`, at byte `offset`
};

struct Location {
  Space space = Space::none;
  int32_t index = 0;
  uint64_t offset = 0;  ///< bytes
};

/// An array: logical ONNX dimensions, strides in elements by logical axis (0 on a broadcast axis is allowed
/// for inputs).
struct ArraySpec {
  DType type = DType::undefined;
  Dims dims, strides;
  Location at;
};

/// A lowered node, for the reference backend: op by name, attributes in neutral form, arrays of the step by
/// index.
struct NodeSpec {
  std::string domain, op;
  AttributeMap attributes;
  std::vector<int32_t> in, out;  ///< indexes into KernelSpec::in / out; -1: absent
};

struct KernelSpec {
  std::string backend;  ///< "cpu", "reference"
  std::string tactic;   ///< name in that backend's tactic_list.cpp
  int32_t memory =
      0;  ///< where it runs, counted like Location::index of an arena: arrays in arenas are there
  std::vector<int64_t> params;  ///< meaning defined by the tactic (tile, attributes of the anchor)
  std::vector<ArraySpec> in,
      out;  ///< the region's inputs and outputs; Expr operands refer to `in` by ValueId = index
  std::vector<ArraySpec> packed;  ///< packed weights, one-dimensional
  Expr epilogue;  ///< accumulator: operand kNoValue; empty when the anchor's result is stored as is
  Expr prologue;  ///< empty unless the tactic takes one
  std::vector<NodeSpec> nodes;          ///< reference backend only
  std::shared_ptr<const Graph> island;  ///< reference backend only: what it evaluates; inputs are `in`, then
                                        ///< slotsIn, outputs are `out`, then slotsOut
  std::vector<int32_t> slotsIn, slotsOut;  ///< of the context
  uint64_t workspace = 0;  ///< bytes of scratch per thread, shared by all steps of a context; 64-byte aligned
  bool serial = false;     ///< so little work that sharing it among threads takes longer
};

}  // namespace ridge
