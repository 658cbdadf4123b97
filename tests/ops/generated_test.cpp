// Every version and element type of every op, through the importer: the truth against the peers' answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "cases.h"
#include "known_versions.h"
#include "onnx/reader.h"
#include "onnx/writer.h"
#include "ops/evaluate.h"

namespace ridge::test {
namespace {

class GeneratedCases : public testing::TestWithParam<std::string> {};

void expectAnswers(const Graph& graph, const GeneratedCase& one) {
  ASSERT_FALSE(one.expected.empty());
  const std::vector<Tensor> actual = evaluate(graph, one.inputs);
  for (size_t at = 0; at < one.expected.size(); ++at)
    EXPECT_EQ(difference(actual[at], one.expected[at]), "") << "output " << at;
}

// Inference knows no more than shapes here, where evaluation knows contents.
void expectShapes(const GeneratedCase& one) {
  for (size_t at = 0; at < one.expected.size(); ++at) {
    const Value& output = one.graph.value(one.graph.outputs()[at].value);
    EXPECT_EQ(output.type, one.expected[at].type());
    EXPECT_NO_THROW(merge(output.shape, Shape::of(one.expected[at].dims()))) << output.shape.toString();
  }
}

/// The types that the newest version of the op up to this opset allows.
const KnownVersion* versionAt(const std::string& op, int64_t opset) {
  const KnownVersion* found = nullptr;
  if (const auto known = knownVersions().find(op); known != knownVersions().end())
    for (const KnownVersion& version : known->second)
      if (version.number <= opset) found = &version;
  return found;
}

/// As versions.txt calls it.
std::string typeName(const Value& value) {
  static constexpr std::array<const char*, 27> kNames = {
      "",           "f32",    "u8",         "i8",  "u16", "i16",       "i32",        "i64",  "string",
      "bool",       "f16",    "f64",        "u32", "u64", "complex64", "complex128", "bf16", "f8e4m3fn",
      "f8e4m3fnuz", "f8e5m2", "f8e5m2fnuz", "u4",  "i4",  "f4e2m1",    "f8e8m0",     "u2",   "i2"};
  const std::string element = kNames.at(static_cast<size_t>(value.type));
  switch (value.container) {
    case Container::sequence:
      return "seq(" + element + ")";
    case Container::optional:
      return "optional(" + element + ")";
    case Container::optionalSequence:
      return "optional(seq(" + element + "))";
    default:
      return element;
  }
}

/// What a version forbids of a list of values; empty when nothing.
std::string forbidden(const Graph& graph, std::span<const ValueId> values,
                      const std::vector<std::string>& formals, const KnownVersion& version) {
  for (size_t at = 0; at < values.size(); ++at) {
    if (values[at] == kNoValue) continue;
    const std::string& formal = formals.at(std::min(at, formals.size() - 1));
    const auto parameter = version.types.find(formal);
    const std::vector<std::string> allowed =
        parameter == version.types.end() ? std::vector{formal} : parameter->second;
    const std::string type = typeName(graph.value(values[at]));
    if (std::ranges::find(allowed, type) == allowed.end())
      return "version " + std::to_string(version.number) + " has no " + type + " for " + formal;
  }
  return {};
}

std::string forbidden(const Graph& graph, const Node& node, const KnownVersion& version) {
  const size_t given = node.in.size() - static_cast<size_t>(node.captures);
  const std::string in = forbidden(graph, std::span(node.in.data(), given), version.in, version);
  return in.empty() ? forbidden(graph, node.out, version.out, version) : in;
}

// What is written is legal at the opset that it is stamped with, and means the same.
void expectSameAfterExport(const GeneratedCase& one) {
  onnx::Model model;
  model.graph = one.graph;
  const std::string file = onnx::serializeModel(model);
  const onnx::Model again = onnx::readModel(std::as_bytes(std::span(file)), "export", std::nullopt);
  SCOPED_TRACE("exported at opset " + std::to_string(again.opsets.at("")));
  expectAnswers(again.graph, one);
  for (NodeId id : again.graph.order()) {
    const Node& node = again.graph.node(id);
    const std::string op(node.op->name);
    const KnownVersion *version = versionAt(op, again.opsets.at("")), *newest = versionAt(op, INT64_MAX);
    ASSERT_NE(version, nullptr) << op;
    // Nodes around the one that is tested may be of types that no version has yet (sequences of bfloat16).
    if (!forbidden(again.graph, node, *newest).empty()) continue;
    EXPECT_EQ(forbidden(again.graph, node, *version), "") << op;
  }
}

TEST_P(GeneratedCases, AgreeWithPeers) {
  int number = 0;
  for (const std::vector<std::byte>& model : generatedModels(GetParam())) {
    std::string name = "case " + std::to_string(number++);
    try {
      const GeneratedCase one = generatedCase(model, GetParam());
      name = one.name;
      SCOPED_TRACE(name);
      expectShapes(one);
      expectAnswers(one.graph, one);
      expectSameAfterExport(one);
    } catch (const Error& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, GeneratedCases, testing::ValuesIn(generatedOps()),
                         [](const auto& op) { return op.param; });

}  // namespace
}  // namespace ridge::test
