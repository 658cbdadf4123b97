// What bodies capture: constants move into them, values that none of them reads are dropped.
#include <fmt/format.h>

#include <algorithm>

#include "passes/pass.h"

namespace ridge::passes {
namespace {

bool isRead(const Node& node, size_t capture) {
  return std::any_of(node.bodies.begin(), node.bodies.end(), [&](const auto& body) {
    const auto inputs = body->inputs();
    return body->useCount(inputs[inputs.size() - static_cast<size_t>(node.captures) + capture]) > 0;
  });
}

// The body without one of its captures; its value becomes `constant`, unless nothing reads it.
std::shared_ptr<const Graph> without(const Graph& body, size_t input, const Tensor* constant) {
  Graph changed = body;
  Value& value = changed.value(changed.inputs()[input]);
  if (constant) {
    value.constant = *constant;
    value.type = constant->type();
    value.shape = Shape::of(constant->dims());
    value.contents.reset();
  }
  changed.removeInput(input);
  return std::make_shared<const Graph>(std::move(changed));
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  const size_t first = node.in.size() - static_cast<size_t>(node.captures);
  Node changed = node;
  for (size_t at = static_cast<size_t>(node.captures); at-- > 0;) {
    const Tensor* constant = graph.constant(node.in[first + at]);
    if (!constant && isRead(node, at)) continue;
    for (auto& body : changed.bodies)
      body = without(*body, body->inputs().size() - static_cast<size_t>(changed.captures) + at, constant);
    changed.in.erase(changed.in.begin() + static_cast<std::ptrdiff_t>(first + at));
    --changed.captures;
  }
  const int dropped = node.captures - changed.captures;
  if (dropped == 0) return NoMatch{};
  Patch patch;
  patch.sentence = fmt::format("{} of the values that its bodies capture are constant or not read", dropped);
  for (ValueId& out : changed.out) {
    if (out == kNoValue) continue;
    const auto fresh = static_cast<ValueId>(static_cast<size_t>(graph.valueCount()) + patch.values.size());
    const Value& old = graph.value(out);
    patch.values.push_back(
        {.name = graph.uniqueName(old.name), .type = old.type, .shape = {}, .container = old.container});
    patch.replace.emplace_back(out, fresh);
    out = fresh;
  }
  patch.nodes.push_back(std::move(changed));
  return patch;
}

}  // namespace

extern const Pass captures{
    .name = "captures", .summary = "moves captured constants into bodies, drops unread captures", .run = run};

}  // namespace ridge::passes
