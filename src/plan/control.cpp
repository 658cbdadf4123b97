#include "plan/control.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "ir/dynamic.h"
#include "ops/control/scan.h"
#include "ops/ops.h"

namespace ridge {

namespace {

constexpr int kDeepest = 8;
constexpr int64_t kMostElements = int64_t{1} << 36;

struct Refused {
  std::string sentence;
};

int depthOf(const Node& node) {
  int deepest = 0;
  for (const auto& body : node.bodies)
    for (const NodeId id : body->order()) deepest = std::max(deepest, depthOf(body->node(id)));
  return deepest + (node.bodies.empty() ? 0 : 1);
}

void requireArray(const Graph& graph, ValueId id) {
  if (id == kNoValue) return;
  const Value& value = graph.value(id);
  if (isDynamic(value) || !value.shape.isStatic())
    throw Refused{fmt::format("{} has no shape before the network runs", value.name)};
  if (bitsOf(value.type) == 0 || bitsOf(value.type) % 8 != 0)
    throw Refused{fmt::format("{} has elements that are no whole bytes", value.name)};
}

void requireArrays(const Graph& body) {
  for (const ValueId input : body.inputs()) requireArray(body, input);
  for (const Graph::Output& output : body.outputs()) requireArray(body, output.value);
  for (ValueId id = 0; id < body.valueCount(); ++id)
    if (body.value(id).shape.count().value_or(0) > kMostElements)
      throw Refused{fmt::format("{} has more elements than any memory", body.value(id).name)};
  for (const NodeId id : body.order())
    if (!body.node(id).op->reference && !body.node(id).op->evaluate)
      throw Refused{fmt::format("there is no kernel for {}", displayName(*body.node(id).op))};
}

void requireSame(const Graph& a, ValueId x, const Graph& b, ValueId y) {
  if (x == kNoValue || y == kNoValue) return;
  const Value &one = a.value(x), &other = b.value(y);
  if (one.type != other.type || one.shape.staticDims() != other.shape.staticDims())
    throw Refused{fmt::format("{} and {} do not have one shape", one.name, other.name)};
}

void requireOne(const Graph& graph, ValueId id, DType type) {
  if (id != kNoValue && (graph.value(id).shape.count() != 1 || graph.value(id).type != type))
    throw Refused{fmt::format("{} is not one element of {}", graph.value(id).name, name(type))};
}

/// Bodies take what they capture as it is.
void requireCaptures(const Graph& graph, const Node& node) {
  const auto count = static_cast<size_t>(node.captures);
  for (const auto& body : node.bodies)
    for (size_t back = 1; back <= count; ++back)
      requireSame(graph, node.in[node.in.size() - back], *body, body->inputs()[body->inputs().size() - back]);
}

/// One slice along the axis is what the body takes or gives.
void requireSlice(const Graph& graph, ValueId whole, int32_t axis, const Graph& body, ValueId slice) {
  if (whole == kNoValue) return;
  const Value &array = graph.value(whole), &part = body.value(slice);
  Dims dims = array.shape.staticDims();
  dims.erase(dims.begin() + axis);
  if (array.type != part.type || dims != part.shape.staticDims())
    throw Refused{fmt::format("{} is no slice of {}", part.name, array.name)};
}

Control branch(const Graph& graph, const Node& node) {
  requireOne(graph, node.in[0], DType::boolean);
  for (const auto& body : node.bodies)
    for (size_t at = 0; at < node.out.size(); ++at)
      requireSame(graph, node.out[at], *body, body->outputs()[at].value);
  return {};
}

/// States keep their shapes: what a body gives back is what it takes.
void requireStates(const Graph& body, size_t firstIn, size_t firstOut, size_t count) {
  for (size_t at = 0; at < count; ++at)
    requireSame(body, body.inputs()[firstIn + at], body, body.outputs()[firstOut + at].value);
}

Control loop(const Graph& graph, const Node& node) {
  const Graph& body = *node.bodies[0];
  Control control{.loops = true, .counts = true};
  const size_t states = node.in.size() - static_cast<size_t>(node.captures) - 2;
  control.states = static_cast<int32_t>(states);
  for (const size_t head : {size_t{0}, size_t{1}}) {
    const DType type = head == 0 ? DType::i64 : DType::boolean;
    requireOne(graph, node.in[head], type);
    requireOne(body, body.inputs()[head], type);
  }
  requireOne(body, body.outputs()[0].value, DType::boolean);
  requireStates(body, 2, 1, states);
  for (size_t at = 0; at < states; ++at) requireSame(graph, node.in[2 + at], body, body.inputs()[2 + at]);
  for (size_t at = states; at < node.out.size(); ++at) {
    control.collected.push_back({});
    requireSlice(graph, node.out[at], 0, body, body.outputs()[1 + at].value);
    // Inference knows this only when nothing can stop the loop (ops/control/loop.cpp).
    if (node.out[at] != kNoValue) control.iterations = graph.value(node.out[at]).shape.staticDims().front();
  }
  return control;
}

Control scan(const Graph& graph, const Node& node) {
  const auto& attrs = node.as<ops::ScanAttributes>();
  const auto scans = static_cast<size_t>(attrs.scanInputs);
  const size_t states = node.in.size() - static_cast<size_t>(node.captures) - scans;
  const Graph& body = *node.bodies[0];
  Control control{.loops = true, .states = static_cast<int32_t>(states)};
  const auto slicing = [](int64_t axis, int64_t rank, int64_t direction) {
    return Slicing{static_cast<int32_t>(normalizeAxis(axis, rank)), direction != 0};
  };
  for (size_t at = 0; at < scans; ++at) {
    const Dims dims = graph.value(node.in[states + at]).shape.staticDims();
    control.scanned.push_back(slicing(attrs.entry(attrs.inputAxes, at), static_cast<int64_t>(dims.size()),
                                      attrs.entry(attrs.inputDirections, at)));
    control.iterations = dims[static_cast<size_t>(control.scanned.back().axis)];
    requireSlice(graph, node.in[states + at], control.scanned.back().axis, body, body.inputs()[states + at]);
  }
  requireStates(body, 0, 0, states);
  for (size_t at = 0; at < states; ++at) requireSame(graph, node.in[at], body, body.inputs()[at]);
  for (size_t at = 0; at + states < node.out.size(); ++at) {
    const int64_t rank = body.value(body.outputs()[states + at].value).shape.rank() + 1;
    control.collected.push_back(
        slicing(attrs.entry(attrs.outputAxes, at), rank, attrs.entry(attrs.outputDirections, at)));
    requireSlice(graph, node.out[states + at], control.collected.back().axis, body,
                 body.outputs()[states + at].value);
  }
  return control;
}

using Describe = Control (*)(const Graph&, const Node&);

Describe describerOf(const Op* op) {
  if (op == &ops::ifOf) return branch;
  if (op == &ops::loop) return loop;
  return op == &ops::scan ? scan : nullptr;
}

/// The node with the results that somebody reads only.
Node withReadResults(const Graph& graph, NodeId id, const std::set<ValueId>& taps) {
  Node node = graph.node(id);
  for (ValueId& value : node.out)
    if (value != kNoValue && graph.useCount(value) == 0 && !taps.contains(value)) value = kNoValue;
  return node;
}

ControlRegion describe(const Graph& graph, NodeId id, const std::set<ValueId>& taps) {
  const Node node = withReadResults(graph, id, taps);
  const Describe describer = describerOf(node.op);
  if (!describer) throw Refused{"no plan knows how to run it"};
  if (depthOf(node) > kDeepest) throw Refused{"its bodies nest too deeply"};
  for (const auto* values : {&node.in, &node.out})
    for (const ValueId value : *values) requireArray(graph, value);
  for (const auto& body : node.bodies) requireArrays(*body);
  requireCaptures(graph, node);
  ControlRegion made{describer(graph, node), {}};
  made.region.anchors = made.region.members = {id};
  if (node.op == &ops::scan) made.region.inputs = {kNoValue, kNoValue};
  made.region.inputs.insert(made.region.inputs.end(), node.in.begin(), node.in.end());
  for (const ValueId value : node.out) {
    made.control.out.push_back(value == kNoValue ? -1 : static_cast<int32_t>(made.region.outputs.size()));
    if (value != kNoValue) made.region.outputs.push_back(value);
  }
  return made;
}

}  // namespace

std::variant<ControlRegion, std::string> controlOf(const Graph& graph, NodeId id,
                                                   const std::set<ValueId>& taps) {
  try {
    return describe(graph, id, taps);
  } catch (const Refused& refused) {
    return refused.sentence;
  }
}

}  // namespace ridge
