// Ops that Ridgeline does not know: one op stands for all of them and keeps the node's bytes, so that
// `optimize` carries the node along and `build` can refuse it by name.
#pragma once

#include <string>

#include "ir/graph.h"

namespace ridge::onnx {

struct OpaqueAttributes : AttributesOf<OpaqueAttributes> {
  std::string domain;  ///< "" for the standard domain
  std::string opType;
  std::string
      bytes;  ///< the serialized node without name, inputs, outputs and metadata, which the graph holds

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("domain", self.domain);
    v.required("op_type", self.opType);
    v.required("bytes", self.bytes);
  }
};

/// Any number of inputs and outputs; infers nothing, is never folded, merged or built.
const Op& opaqueOp();

inline bool isOpaque(const Node& node) {
  return node.op == &opaqueOp();
}

/// "com.microsoft.FusedConv", or "LSTM" in the standard domain. Only for nodes of opaqueOp().
std::string opaqueName(const Node& node);
/// The name of any node's op, for people: that of the op an opaque node stands for.
std::string opName(const Node& node);

}  // namespace ridge::onnx
