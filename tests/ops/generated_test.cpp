// Every version and element type of every op, through the importer: the truth against the peers' answers.
#include <gtest/gtest.h>

#include <algorithm>

#include "cases.h"
#include "known_versions.h"
#include "onnx/reader.h"
#include "onnx/upgrade.h"
#include "onnx/writer.h"
#include "ops/evaluate.h"

namespace ridge::test {
namespace {

class GeneratedCases : public testing::TestWithParam<std::string> {};

void expectAnswers(const GeneratedCase& one) {
  ASSERT_FALSE(one.expected.empty());
  const std::vector<Tensor> actual = evaluate(one.graph, one.inputs);
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

// What is written is legal at the opset that it is stamped with, and means the same.
void expectSameAfterExport(const GeneratedCase& one) {
  onnx::Model model;
  model.graph = one.graph;
  const std::string file = onnx::serializeModel(model);
  const onnx::Model again = onnx::readModel(std::as_bytes(std::span(file)), "export", std::nullopt);
  const std::vector<Tensor> actual = evaluate(again.graph, one.inputs);
  for (size_t at = 0; at < one.expected.size(); ++at)
    EXPECT_EQ(difference(actual[at], one.expected[at]), "") << "output " << at << " after export";
  const std::string op(onnx::currentName(one.name.substr(0, one.name.find('-'))));
  const KnownVersion* version = versionAt(op, again.opsets.at(""));
  if (one.graph.order().size() != 1 || !version) return;  // upgrades have made other nodes of it
  for (const std::string& key : one.keys) {
    const auto types = version->types.find(split(key, '=').at(0));
    if (types == version->types.end()) continue;
    EXPECT_NE(std::ranges::find(types->second, split(key, '=').at(1)), types->second.end())
        << key << " is written at opset " << again.opsets.at("") << ", where version " << version->number
        << " does not have it";
  }
}

TEST_P(GeneratedCases, AgreeWithPeers) {
  for (const std::vector<std::byte>& model : generatedModels(GetParam())) {
    std::string name = GetParam();
    try {
      const GeneratedCase one = generatedCase(model, GetParam());
      name = one.name;
      SCOPED_TRACE(name);
      expectShapes(one);
      expectAnswers(one);
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
