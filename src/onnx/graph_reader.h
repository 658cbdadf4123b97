// A graph of the file, the main one or a body, becomes a Graph.
#pragma once

#include <memory>
#include <span>

#include "onnx/import.h"

namespace ridge::onnx {

/// Fills model.graph and model.notes; model.irVersion and model.opsets are there already. Takes what it reads
/// out of `message`; what stays has no room in a Graph. Error{input} naming the node or value.
void readGraph(wire::GraphProto& message, Import& import);

/// A value of the graph around a body, by the name that the body knows it by.
struct OuterName {
  std::string name;
  ValueId id;
};

struct BodySource {
  wire::GraphProto* message;
  const Graph* outer;
  std::span<const OuterName> outerNames;  ///< that are no constants: the body's last inputs, in this order
  std::span<const OuterName> constants;   ///< copied into the body where it reads them
  const Opsets* opsets;
  int64_t depth;  ///< 1: a body of a node of the main graph
};

/// A closed graph. Its values have types and ranks, no shapes: those the op finds out.
std::shared_ptr<const Graph> readBody(const BodySource& source, Import& import);

}  // namespace ridge::onnx
