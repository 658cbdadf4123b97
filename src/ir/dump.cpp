#include "ir/dump.h"

#include <fmt/format.h>

#include "base/text.h"

namespace ridge {

namespace {

std::string valueName(const Graph& graph, ValueId id) {
  return id == kNoValue ? "-" : escaped(graph.value(id).name);
}

std::string typed(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  std::string type = fmt::format("{}{}", name(value.type), value.shape.toString());
  if (value.container == Container::sequence || value.container == Container::optionalSequence)
    type = fmt::format("seq({})", type);
  if (value.container == Container::optional || value.container == Container::optionalSequence)
    type = fmt::format("optional({})", type);
  return fmt::format("{}: {}", escaped(value.name), type);
}

std::string argument(const Graph& graph, ValueId id) {
  if (id == kNoValue || !graph.value(id).isConstant()) return valueName(graph, id);
  return fmt::format("{}{}", valueName(graph, id), graph.value(id).shape.toString());
}

}  // namespace

std::string displayName(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (!node.name.empty()) return node.name;
  for (ValueId output : node.out)
    if (output != kNoValue) return graph.value(output).name;
  return fmt::format("#{}", id);
}

std::string dumpNode(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  std::string outputs, inputs;
  for (ValueId output : node.out) {
    if (!outputs.empty()) outputs += ", ";
    outputs += output == kNoValue ? "-" : typed(graph, output);
  }
  for (ValueId input : node.in) {
    if (!inputs.empty()) inputs += ", ";
    inputs += argument(graph, input);
  }
  const std::string attributes = node.attrs ? node.attrs->toMap().toString() : "";
  return fmt::format("{} = {}({}){}{}", outputs, displayName(*node.op), inputs,
                     attributes.empty() ? "" : " {" + attributes + "}",
                     node.name.empty() ? "" : " # " + escaped(node.name));
}

namespace {

void dumpTo(std::string& text, const Graph& graph, const std::string& indent) {
  for (ValueId id : graph.inputs()) text += fmt::format("{}input {}\n", indent, typed(graph, id));
  for (NodeId id : graph.order()) {
    text += fmt::format("{}{}\n", indent, dumpNode(graph, id));
    const Node& node = graph.node(id);
    for (size_t at = 0; at < node.bodies.size(); ++at) {
      text += fmt::format("{}  {}:\n", indent, node.op->bodies[at]);
      dumpTo(text, *node.bodies[at], indent + "    ");
    }
  }
  for (const Graph::Output& output : graph.outputs())
    text += fmt::format("{}output {} = {}\n", indent, escaped(output.name), valueName(graph, output.value));
}

}  // namespace

std::string dump(const Graph& graph) {
  std::string text;
  dumpTo(text, graph, "");
  return text;
}

}  // namespace ridge
