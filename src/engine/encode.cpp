#include <engine_generated.h>

#include "base/error.h"
#include "engine/plan_codec.h"

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
  check(!std::holds_alternative<Tensor>(value),
        "tensors in attributes become constants before a plan is made");
  return stored::CreateAttribute(b, b.CreateString(item.first), kind, b.CreateVector(integers),
                                 b.CreateVector(numbers), texts(b, words));
}

fb::Offset<stored::Node> encodeNode(Builder& b, const NodeSpec& node) {
  const auto attributes =
      table(b, node.attributes.items(), [&](const auto& item) { return encodeAttribute(b, item); });
  return stored::CreateNode(b, b.CreateString(node.domain), b.CreateString(node.op), attributes,
                            b.CreateVector(node.in), b.CreateVector(node.out));
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

fb::Offset<stored::Kernel> encodeKernel(Builder& b, const KernelSpec& kernel) {
  const auto arrays = [&](const std::vector<ArraySpec>& items) {
    return table(b, items, [&](const ArraySpec& array) { return encodeArray(b, array); });
  };
  const auto in = arrays(kernel.in), out = arrays(kernel.out), packed = arrays(kernel.packed);
  const auto nodes = table(b, kernel.nodes, [&](const NodeSpec& node) { return encodeNode(b, node); });
  const auto epilogue = encodeExpression(b, kernel.epilogue), prologue = encodeExpression(b, kernel.prologue);
  return stored::CreateKernel(b, b.CreateString(kernel.backend), b.CreateString(kernel.tactic),
                              b.CreateVector(kernel.params), in, out, packed, epilogue, prologue, nodes,
                              kernel.workspace);
}

fb::Offset<stored::Step> encodeStep(Builder& b, const Step& step) {
  const auto kernel = encodeKernel(b, step.kernel);
  return stored::CreateStep(b, kernel, b.CreateString(step.name), texts(b, step.ops), texts(b, step.members),
                            texts(b, step.origins), b.CreateVector(step.reads), b.CreateVector(step.writes),
                            step.estimateNs, step.measuredNs, step.macs, step.fallback);
}

auto encodeDecisions(Builder& b, const std::vector<Decision>& decisions) {
  return table(b, decisions, [&](const Decision& decision) {
    return stored::CreateDecision(b, b.CreateString(decision.subject), b.CreateString(decision.sentence));
  });
}

fb::Offset<stored::Plan> encodePlan(Builder& b, const Plan& plan) {
  const auto ports = [&](const std::vector<Port>& items) {
    return table(b, items, [&](const Port& port) {
      return stored::CreatePort(b, b.CreateString(port.name), port.array);
    });
  };
  const auto values = table(b, plan.values, [&](const PlannedValue& value) {
    return stored::CreateValue(b, b.CreateString(value.name), b.CreateString(value.source),
                               static_cast<uint8_t>(value.type), b.CreateVector(value.dims));
  });
  const auto arrays = table(b, plan.arrays, [&](const PlannedArray& array) {
    return stored::CreatePlannedArray(b, array.value, encodeArray(b, array.array));
  });
  const auto inputs = ports(plan.inputs), outputs = ports(plan.outputs);
  const auto steps = table(b, plan.steps, [&](const Step& step) { return encodeStep(b, step); });
  const auto decisions = encodeDecisions(b, plan.decisions);
  return stored::CreatePlan(b, values, arrays, inputs, outputs, steps, decisions, plan.arenaBytes,
                            plan.workspaceBytes, b.CreateString(plan.device),
                            b.CreateString(plan.architecture), plan.tunedThreads);
}

}  // namespace

std::vector<std::byte> encodeMetadata(const EngineData& data, std::span<const BlobPlace> places) {
  Builder b(1 << 16);
  const auto plans = table(b, data.plans, [&](const Plan& plan) { return encodePlan(b, plan); });
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
