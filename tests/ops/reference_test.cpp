// The truth against ONNX Runtime.
#include <gtest/gtest.h>

#include "cases.h"
#include "ops/evaluate.h"
#include "ops/infer.h"

namespace ridge::test {
namespace {

class ReferenceOps : public testing::TestWithParam<std::string> {};

TEST_P(ReferenceOps, AgreeWithOnnxRuntime) {
  for (const OpCase& one : opCases(GetParam())) {
    SCOPED_TRACE(one.name);
    try {
      const std::vector<Tensor> actual = evaluate(one.graph, one.inputs);
      for (size_t at = 0; at < one.expected.size(); ++at)
        EXPECT_EQ(difference(actual[at], one.expected[at]), "");
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

// Inference knows no more than shapes here, where evaluation knows contents.
TEST_P(ReferenceOps, ShapesAreInferredWithoutContents) {
  for (OpCase& one : opCases(GetParam())) {
    SCOPED_TRACE(one.name);
    try {
      inferShapes(one.graph);
      for (size_t at = 0; at < one.expected.size(); ++at) {
        const Value& output = one.graph.value(one.graph.outputs()[at].value);
        EXPECT_EQ(output.type, one.expected[at].type());
        EXPECT_NO_THROW(merge(output.shape, Shape::of(one.expected[at].dims()))) << output.shape.toString();
        EXPECT_TRUE(output.shape.ranked());
      }
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ReferenceOps, testing::ValuesIn(opFamilies()),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace ridge::test
