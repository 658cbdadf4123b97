#include "onnx/export_opset.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "ir/dump.h"
#include "onnx/opaque.h"
#include "onnx/opset.h"

namespace ridge::onnx {

namespace {

int64_t sinceOf(const Graph& graph, const Node& node) {
  return node.op->sinceFor ? node.op->sinceFor(node, graph) : node.op->since;
}

}  // namespace

int64_t exportOpset(const Graph& graph, int64_t imported) {
  int64_t needed = kOldestOpset;
  NodeId newest = kNoNode, carried = kNoNode;
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (isOpaque(node)) {
      if (node.as<OpaqueAttributes>().domain.empty()) carried = id;
    } else if (node.op->domain.empty() && sinceOf(graph, node) > needed) {
      needed = sinceOf(graph, node);
      newest = id;
    }
  }
  if (carried == kNoNode) return needed;
  if (needed > imported)
    failInput(
        fmt::format(
            "the model cannot be written: {} is carried as opset {} has it, but {} is a form of opset {}",
            opaqueName(graph.node(carried)), imported, displayName(*graph.node(newest).op), needed),
        "node " + ridge::inQuotes(displayName(graph, newest)),
        fmt::format("convert the model to opset {} or newer first", needed));
  return imported;
}

}  // namespace ridge::onnx
