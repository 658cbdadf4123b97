#include "passes/lower.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "ir/dump.h"
#include "ir/dynamic.h"
#include "ops/ops.h"
#include "passes/pass_list.h"

namespace ridge {
namespace {

// Ops that the required passes replace. An Identity may remain as the copy that an output needs (driver.cpp).
constexpr const Op* kReplaced[] = {&ops::flatten, &ops::squeeze, &ops::unsqueeze,
                                   &ops::gemm,    &ops::sumOf,   &ops::meanOf};

/// What an opaque node is called in the model (onnx/opaque.h keeps it as an attribute).
std::string opaqueName(const Node& node) {
  const AttributeMap map = node.attrs ? node.attrs->toMap() : AttributeMap{};
  const auto text = [&](std::string_view key) {
    const AttributeValue* value = map.find(key);
    const auto* known = value ? std::get_if<std::string>(value) : nullptr;
    return known ? *known : std::string();
  };
  const std::string domain = text("domain"), type = text("op_type");
  if (type.empty()) return displayName(*node.op);
  return domain.empty() ? type : fmt::format("{}.{}", domain, type);
}

void refuseCustomOps(const Graph& graph) {
  for (NodeId id = 0; id < graph.nodeCount(); ++id)
    if (graph.alive(id) && graph.node(id).op->traits.opaque)
      failInput(fmt::format("no kernel for op {}", escaped(opaqueName(graph.node(id)))),
                fmt::format("node '{}'", escaped(displayName(graph, id))),
                "replace it by ops that `ridge` has, or ask for it to be added");
  for (const NodeId id : graph.order())
    for (size_t at = 0; at < graph.node(id).bodies.size(); ++at)
      withContext(
          [&] {
            return fmt::format("{} of '{}'", graph.node(id).op->bodies[at], escaped(displayName(graph, id)));
          },
          [&] { refuseCustomOps(*graph.node(id).bodies[at]); });
}

bool isString(const Graph& graph, ValueId id) {
  return id != kNoValue && graph.value(id).type == DType::string;
}

void refuseStrings(const Graph& graph) {
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    for (const auto* values : {&node.in, &node.out})
      if (std::any_of(values->begin(), values->end(), [&](ValueId value) { return isString(graph, value); }))
        failInput("it takes or gives strings, which no kernel does",
                  fmt::format("node '{}' ({})", escaped(displayName(graph, id)), displayName(*node.op)),
                  "leave text to the program around the network");
    for (const auto& body : node.bodies) refuseStrings(*body);
  }
}

// A tensor of this size is a mistake or an attack; noticed before anything walks over its elements.
constexpr int64_t kMostBytes = int64_t{64} << 30;

void refuseHuge(const Graph& graph) {
  for (ValueId id = 0; id < graph.valueCount(); ++id) {
    const Value& value = graph.value(id);
    if (!value.shape.isStatic() || value.shape.count().value_or(0) <= kMostBytes / 8) continue;
    if (static_cast<int64_t>(bytesOf(value.type, *value.shape.count())) > kMostBytes)
      failInput(fmt::format("a tensor of shape {} would take more than 64 GiB", value.shape.toString()),
                fmt::format("tensor '{}'", escaped(value.name)), "bind smaller shapes");
  }
}

void requireLowered(const Graph& graph) {
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    if (isDynamic(graph, id)) continue;  // islands are evaluated as they are
    if (std::count(std::begin(kReplaced), std::end(kReplaced), node.op) > 0)
      failInput(fmt::format("{} with these attributes cannot be lowered", displayName(*node.op)),
                fmt::format("node '{}'", escaped(displayName(graph, id))),
                "see the pass report for the reason");
  }
}

}  // namespace

Graph lower(const Graph& portable, const std::vector<BoundShape>& shapes, const PassOptions& options,
            PassReport& report) {
  refuseCustomOps(portable);
  refuseStrings(portable);
  Graph graph = bindShapes(portable, shapes);
  for (const ValueId input : graph.inputs())
    check(graph.value(input).shape.isStatic(), "every input has a shape before a graph is lowered");
  refuseHuge(graph);
  runPasses(graph, lowerPasses(), options, report);
  if (!report.stopped) requireLowered(graph);
  return graph;
}

}  // namespace ridge
