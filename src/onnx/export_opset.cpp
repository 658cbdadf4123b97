#include "onnx/export_opset.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "ir/dump.h"
#include "onnx/opaque.h"
#include "onnx/opset.h"
#include "ops/ops.h"

namespace ridge::onnx {

namespace {

int64_t sinceOf(const Graph& graph, const Node& node) {
  return node.op->sinceFor ? node.op->sinceFor(node, graph) : node.op->since;
}

// An output that is not made by a node of its graph, or is one already, gets an Identity at export.
int64_t sinceOfCopies(const Graph& graph) {
  int64_t since = 1;
  std::set<ValueId> named;
  for (const Graph::Output& output : graph.outputs())
    if (graph.producer(output.value) == kNoNode || !named.insert(output.value).second) {
      const Node copy{.op = &ops::identity, .in = {output.value}, .out = {output.value}};
      since = std::max(since, sinceOf(graph, copy));
    }
  return since;
}

struct Needs {
  int64_t opset = kOldestWrittenOpset;
  std::string newestOp, newestName;  // of the node that needs it
  std::string carried, carriedName;  // of a node that is carried

  void collect(const Graph& graph) {
    for (NodeId id : graph.order()) {
      const Node& node = graph.node(id);
      if (isOpaque(node)) {
        if (!node.as<OpaqueAttributes>().domain.empty()) continue;
        carried = opaqueName(node);
        carriedName = displayName(graph, id);
        continue;
      }
      if (node.op->domain.empty() && sinceOf(graph, node) > opset) {
        opset = sinceOf(graph, node);
        newestOp = displayName(*node.op);
        newestName = displayName(graph, id);
      }
      for (const auto& body : node.bodies) collect(*body);
    }
    opset = std::max(opset, sinceOfCopies(graph));
  }
};

}  // namespace

int64_t exportOpset(const Graph& graph, int64_t imported) {
  Needs needs;
  needs.collect(graph);
  if (needs.carried.empty()) return needs.opset;
  if (needs.opset > imported)
    failInput(
        fmt::format(
            "the model cannot be written: {} is carried as opset {} has it, but {} is a form of opset {}",
            needs.carried, imported, needs.newestOp, needs.opset),
        "node " + ridge::inQuotes(needs.newestName),
        fmt::format("convert the model to opset {} or newer first", needs.opset));
  return imported;
}

}  // namespace ridge::onnx
