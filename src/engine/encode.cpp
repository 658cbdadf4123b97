#include <engine_generated.h>

#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "engine/plan_codec.h"
#include "plan/layout.h"

namespace ridge::engine {

namespace {

namespace fb = flatbuffers;
using Builder = fb::FlatBufferBuilder;

template <class T, class Make>
auto table(Builder& b, const std::vector<T>& items, const Make& make) {
  std::vector<decltype(make(items.front()))> made;
  made.reserve(items.size());
  for (const T& item : items) made.push_back(make(item));
  return b.CreateVector(made);
}

auto texts(Builder& b, const std::vector<std::string>& items) {
  return b.CreateVectorOfStrings(items);
}

fb::Offset<stored::Attribute> encodeAttribute(Builder& b,
                                              const std::pair<std::string, AttributeValue>& item) {
  stored::AttributeKind kind{};
  std::vector<int64_t> integers;
  std::vector<float> numbers;
  std::vector<std::string> words;
  const AttributeValue& value = item.second;
  if (const auto* one = std::get_if<int64_t>(&value))
    kind = stored::AttributeKind::integer, integers = {*one};
  if (const auto* one = std::get_if<float>(&value)) kind = stored::AttributeKind::number, numbers = {*one};
  if (const auto* one = std::get_if<std::string>(&value)) kind = stored::AttributeKind::text, words = {*one};
  if (const auto* all = std::get_if<std::vector<int64_t>>(&value))
    kind = stored::AttributeKind::integers, integers = *all;
  if (const auto* all = std::get_if<std::vector<float>>(&value))
    kind = stored::AttributeKind::numbers, numbers = *all;
  if (const auto* all = std::get_if<std::vector<std::string>>(&value))
    kind = stored::AttributeKind::texts, words = *all;
  DType type = DType::undefined;
  std::span<const std::byte> bytes;
  if (const auto* tensor = std::get_if<Tensor>(&value)) {
    check(tensor->type() != DType::string, "no plan has tensors of strings");
    kind = stored::AttributeKind::tensor, type = tensor->type(), integers = tensor->dims();
    bytes = tensor->bytes();
  }
  return stored::CreateAttribute(
      b, b.CreateString(item.first), kind, b.CreateVector(integers), b.CreateVector(numbers), texts(b, words),
      static_cast<uint8_t>(type),
      b.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

fb::Offset<stored::Node> encodeNode(Builder& b, const NodeSpec& node) {
  const auto attributes =
      table(b, node.attributes.items(), [&](const auto& item) { return encodeAttribute(b, item); });
  return stored::CreateNode(b, b.CreateString(node.domain), b.CreateString(node.op), attributes,
                            b.CreateVector(node.in), b.CreateVector(node.out));
}

/// Blobs by key: constants of islands are found there.
using BlobIndex = std::unordered_map<std::string, int32_t>;

fb::Offset<stored::GraphValue> encodeGraphValue(Builder& b, const Value& value, const BlobIndex& blobs) {
  std::vector<int64_t> dims;
  if (value.shape.ranked())
    for (const Dim& dim : value.shape.dims()) dims.push_back(dim.isInteger() ? dim.value() : -1);
  const int32_t blob = value.isConstant() ? blobs.at(constantKey(value.constant, Order::plain)) : -1;
  if (value.isConstant()) dims = value.constant.dims();
  return stored::CreateGraphValue(b, b.CreateString(value.name), static_cast<uint8_t>(value.type),
                                  static_cast<uint8_t>(value.container), value.shape.ranked(),
                                  b.CreateVector(dims), blob);
}

/// Values in the order in which they are read again: inputs first.
std::vector<ValueId> storedOrder(const Graph& graph) {
  std::vector<ValueId> order(graph.inputs().begin(), graph.inputs().end());
  for (ValueId id = 0; id < graph.valueCount(); ++id)
    if (!graph.isInput(id)) order.push_back(id);
  return order;
}

fb::Offset<stored::Graph> encodeGraph(Builder& b, const Graph& graph, const BlobIndex& blobs) {
  const std::vector<ValueId> order = storedOrder(graph);
  std::vector<int32_t> place(order.size());
  for (size_t at = 0; at < order.size(); ++at)
    place[static_cast<size_t>(order[at])] = static_cast<int32_t>(at);
  const auto places = [&](const std::vector<ValueId>& ids) {
    std::vector<int32_t> made;
    for (ValueId id : ids) made.push_back(id == kNoValue ? -1 : place[static_cast<size_t>(id)]);
    return made;
  };
  const auto values =
      table(b, order, [&](ValueId id) { return encodeGraphValue(b, graph.value(id), blobs); });
  std::vector<fb::Offset<stored::GraphNode>> nodes;
  for (NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    const auto bodies = table(b, node.bodies, [&](const auto& body) { return encodeGraph(b, *body, blobs); });
    const auto plain =
        encodeNode(b, {std::string(node.op->domain), std::string(node.op->name),
                       node.attrs ? node.attrs->toMap() : AttributeMap{}, places(node.in), places(node.out)});
    nodes.push_back(stored::CreateGraphNode(b, b.CreateString(node.name), plain, bodies, node.captures));
  }
  std::vector<std::string> names;
  std::vector<int32_t> outputs;
  for (const Graph::Output& output : graph.outputs()) {
    names.push_back(output.name);
    outputs.push_back(place[static_cast<size_t>(output.value)]);
  }
  std::vector<int32_t> inputs(graph.inputs().size());
  std::iota(inputs.begin(), inputs.end(), 0);
  return stored::CreateGraph(b, values, b.CreateVector(nodes), b.CreateVector(inputs), texts(b, names),
                             b.CreateVector(outputs));
}

fb::Offset<stored::Array> encodeArray(Builder& b, const ArraySpec& array) {
  return stored::CreateArray(b, static_cast<uint8_t>(array.type), b.CreateVector(array.dims),
                             b.CreateVector(array.strides), static_cast<uint8_t>(array.at.space),
                             array.at.index, array.at.offset);
}

fb::Offset<stored::Expression> encodeExpression(Builder& b, const Expr& expr) {
  std::vector<stored::Instruction> code;
  std::vector<stored::Operand> in;
  std::vector<stored::Result> out;
  for (const Instr& instr : expr.code)
    code.emplace_back(static_cast<uint8_t>(instr.op), instr.a, instr.b, instr.c);
  for (const Operand& operand : expr.in)
    in.emplace_back(operand.value, operand.axes, static_cast<uint8_t>(operand.type));
  for (const ExprOutput& output : expr.out)
    out.emplace_back(output.instr, output.value, static_cast<uint8_t>(output.type));
  return stored::CreateExpression(b, b.CreateVectorOfStructs(code), b.CreateVector(expr.constants),
                                  b.CreateVectorOfStructs(in), b.CreateVectorOfStructs(out));
}

fb::Offset<stored::Kernel> encodeKernel(Builder& b, const KernelSpec& kernel, const BlobIndex& blobs) {
  const auto arrays = [&](const std::vector<ArraySpec>& items) {
    return table(b, items, [&](const ArraySpec& array) { return encodeArray(b, array); });
  };
  const auto in = arrays(kernel.in), out = arrays(kernel.out), packed = arrays(kernel.packed);
  const auto nodes = table(b, kernel.nodes, [&](const NodeSpec& node) { return encodeNode(b, node); });
  const auto epilogue = encodeExpression(b, kernel.epilogue), prologue = encodeExpression(b, kernel.prologue);
  const auto island = kernel.island ? encodeGraph(b, *kernel.island, blobs) : 0;
  return stored::CreateKernel(b, b.CreateString(kernel.backend), b.CreateString(kernel.tactic),
                              b.CreateVector(kernel.params), in, out, packed, epilogue, prologue, nodes,
                              kernel.workspace, island, b.CreateVector(kernel.slotsIn),
                              b.CreateVector(kernel.slotsOut), kernel.memory, kernel.serial);
}

fb::Offset<stored::Control> encodeControl(Builder& b, const Control& control) {
  const auto slicings = [&](const std::vector<Slicing>& items) {
    std::vector<stored::Slicing> made;
    for (const Slicing& item : items) made.emplace_back(item.axis, item.backward);
    return b.CreateVectorOfStructs(made);
  };
  const auto scanned = slicings(control.scanned), collected = slicings(control.collected);
  return stored::CreateControl(b, control.loops, control.counts, control.states, control.iterations, scanned,
                               collected, b.CreateVector(control.out));
}

fb::Offset<stored::Plan> encodePlan(Builder& b, const Plan& plan, const BlobIndex& blobs);

fb::Offset<stored::Step> encodeStep(Builder& b, const Step& step, const BlobIndex& blobs) {
  const auto kernel = encodeKernel(b, step.kernel, blobs);
  fb::Offset<stored::Control> control = 0;
  fb::Offset<fb::Vector<fb::Offset<stored::Plan>>> bodies = 0;  // none, as a rule
  if (step.control) {
    control = encodeControl(b, *step.control);
    bodies = table(b, step.bodies, [&](const Plan& body) { return encodePlan(b, body, blobs); });
  }
  return stored::CreateStep(b, kernel, b.CreateString(step.name), texts(b, step.ops), texts(b, step.members),
                            texts(b, step.origins), b.CreateVector(step.reads), b.CreateVector(step.writes),
                            step.estimateNs, step.measuredNs, step.macs, step.fallback, control, bodies);
}

auto encodeDecisions(Builder& b, const std::vector<Decision>& decisions) {
  const auto text = [&](const std::string& content) {  // most of them are empty
    return content.empty() ? fb::Offset<fb::String>() : b.CreateString(content);
  };
  return table(b, decisions, [&](const Decision& decision) {
    const auto subject = text(decision.subject), sentence = text(decision.sentence),
               what = text(decision.what);
    const auto nodes = decision.nodes.empty() ? 0 : texts(b, decision.nodes);
    return stored::CreateDecision(b, subject, sentence, static_cast<uint8_t>(decision.kind), what,
                                  decision.step, decision.estimateNs, decision.measuredNs, decision.bytes,
                                  decision.chosen, nodes);
  });
}

fb::Offset<stored::Plan> encodePlan(Builder& b, const Plan& plan, const BlobIndex& blobs) {
  const auto ports = [&](const std::vector<Port>& items) {
    return table(b, items, [&](const Port& port) {
      return stored::CreatePort(
          b, b.CreateString(port.name), port.array, port.slot,
          b.CreateVector(reinterpret_cast<const uint8_t*>(port.fixed.data()), port.fixed.size()));
    });
  };
  const auto encodeValue = [&](const PlannedValue& value) {
    return stored::CreateValue(b, b.CreateString(value.name), b.CreateString(value.source),
                               static_cast<uint8_t>(value.type), b.CreateVector(value.dims));
  };
  const auto values = table(b, plan.values, encodeValue), slots = table(b, plan.slots, encodeValue);
  const auto arrays = table(b, plan.arrays, [&](const PlannedArray& array) {
    return stored::CreatePlannedArray(b, array.value, encodeArray(b, array.array));
  });
  const auto inputs = ports(plan.inputs), outputs = ports(plan.outputs);
  const auto steps = table(b, plan.steps, [&](const Step& step) { return encodeStep(b, step, blobs); });
  const auto decisions = encodeDecisions(b, plan.decisions);
  fb::Offset<fb::Vector<fb::Offset<stored::Memory>>> memories = 0;  // none, as a rule
  if (!plan.memories.empty())
    memories = table(b, plan.memories, [&](const PlannedMemory& memory) {
      return stored::CreateMemory(b, b.CreateString(memory.name), memory.arenaBytes, memory.workspaceBytes);
    });
  return stored::CreatePlan(b, values, arrays, inputs, outputs, steps, decisions, plan.arenaBytes,
                            plan.workspaceBytes, b.CreateString(plan.device),
                            b.CreateString(plan.architecture), plan.tunedThreads, slots, memories);
}

}  // namespace

std::vector<std::byte> encodeMetadata(const EngineData& data, std::span<const BlobPlace> places) {
  Builder b(1 << 16);
  BlobIndex index;
  for (size_t at = 0; at < data.weights.size(); ++at)
    index.emplace(data.weights[at].key, static_cast<int32_t>(at));
  const auto plans = table(b, data.plans, [&](const Plan& plan) { return encodePlan(b, plan, index); });
  std::vector<fb::Offset<stored::Blob>> blobs;
  for (size_t at = 0; at < data.weights.size(); ++at) {
    const WeightBlob& blob = data.weights[at];
    blobs.push_back(stored::CreateBlob(b, b.CreateString(blob.key), static_cast<uint8_t>(blob.bytes.type()),
                                       b.CreateVector(blob.bytes.dims()), places[at].offset,
                                       places[at].bytes));
  }
  const auto facts = table(b, data.facts, [&](const auto& fact) {
    return stored::CreateText(b, b.CreateString(fact.first), b.CreateString(fact.second));
  });
  const auto decisions = encodeDecisions(b, data.decisions);
  const auto root =
      stored::CreateEngine(b, plans, b.CreateVector(blobs), facts, decisions, b.CreateString(data.pipeline));
  stored::FinishEngineBuffer(b, root);
  const auto* start = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
  return {start, start + b.GetSize()};
}

}  // namespace ridge::engine
