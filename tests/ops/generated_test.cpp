// Every version and element type of every op, through the importer: the truth against the peers' answers.
#include <gtest/gtest.h>

#include <algorithm>

#include "cases.h"
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

TEST_P(GeneratedCases, AgreeWithPeers) {
  for (const std::vector<std::byte>& model : generatedModels(GetParam())) {
    std::string name = GetParam();
    try {
      const GeneratedCase one = generatedCase(model, GetParam());
      name = one.name;
      SCOPED_TRACE(name);
      expectShapes(one);
      expectAnswers(one);
    } catch (const Error& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, GeneratedCases, testing::ValuesIn(generatedOps()),
                         [](const auto& op) { return op.param; });

}  // namespace
}  // namespace ridge::test
