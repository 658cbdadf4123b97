// The story of one layer, also of one that is gone.
#include "analyze/explain/story.h"

#include "explain_testing.h"
#include "support/expect_error.h"

namespace ridge::test {
namespace {

using analyze::Explanation;
using analyze::Story;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string told(const Explanation& explanation, const std::string& pattern) {
  std::string text;
  for (const Story& story : storiesOf(explanation, pattern))
    for (const std::string& sentence : story.sentences) text += sentence + "\n";
  return text;
}

TEST(Story, OfAConvolutionWithEverythingAroundIt) {
  const BuildResult built = buildTour();
  const Explanation explanation = explained(built);
  const std::string stem = told(explanation, "stem");
  EXPECT_THAT(stem, HasSubstr("stem (Conv+Relu) runs as cpu.conv_gemm in about "));
  EXPECT_THAT(stem, HasSubstr("2 ways to run it were compared: cpu.conv_gemm channels-last about "));
  EXPECT_THAT(stem, HasSubstr(", taken"));
  EXPECT_THAT(stem, HasSubstr("stem_relu is computed in the same step"));
  EXPECT_THAT(stem, HasSubstr("It runs in fp32, as asked."));
  const std::string inner = told(explanation, "inner");
  EXPECT_THAT(inner, HasSubstr("arrives in channels-last order: no copy was needed."));
}

TEST(Story, OfANodeInsideOfAStep) {
  const BuildResult built = buildTour();
  const std::string text = told(explained(built), "residual");
  EXPECT_THAT(text, HasSubstr("residual is part of the step project."));
  EXPECT_THAT(text, HasSubstr("residual and block_relu are computed in the same step"));
}

TEST(Story, OfAFoldedBatchNormalization) {
  const BuildResult built = buildTour();
  const std::string text = told(explained(built), "left_norm");
  EXPECT_THAT(text, HasSubstr("left_norm is part of the step left."));
  EXPECT_THAT(text, HasSubstr("Before that, pass batch_norm_into_producer rewrote "));
}

TEST(Story, OfARemovedIdentityAndAFoldedConstant) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId same = m.node(ops::identity, {x}, "same");
  const ValueId two = m.node(ops::add, {m.scalar("one", 1), m.scalar("more", 1)}, "two");
  m.output("y", m.node(ops::mul, {convOf(m, same, "conv", 16), two}, "scaled"));
  const BuildResult built = buildFor(m);
  const Explanation explanation = explained(built);
  EXPECT_THAT(told(explanation, "same"),
              AllOf(HasSubstr("same is in no step"), HasSubstr("pass no_op rewrote same")));
  EXPECT_THAT(told(explanation, "two"),
              AllOf(HasSubstr("two is in no step"), HasSubstr("pass fold_constants rewrote two")));
}

TEST(Story, OfAView) {
  GraphMaker m;
  const ValueId x = m.node(ops::exp, {m.input("x", {4, 8})}, "exp");
  m.output("y", m.node(ops::softmax, {m.node(ops::reshape, {x, m.ints("to", {8, 4})}, "turned")}, "soft"));
  const BuildResult built = buildFor(m);
  EXPECT_THAT(told(explained(built), "turned"),
              HasSubstr("turned: its result is its input, read in another way"));
}

TEST(Story, OfAnInputThatIsCopiedIntoAnotherOrder) {
  GraphMaker m;
  ValueId x = m.input("x", {1, 64, 16, 16});
  for (const std::string name : {"a", "b", "c"}) x = convOf(m, x, name, 64);
  m.output("y", x);
  const BuildResult built = buildFor(m);
  const Explanation explanation = explained(built);
  EXPECT_THAT(told(explanation, "a"), HasSubstr("Its input x is copied into channels-last order first"));
  EXPECT_THAT(told(explanation, "c"),
              HasSubstr("goes through a step of its own afterwards (reformat, about "));
}

TEST(Story, OfAFallbackWithItsCause) {
  GraphMaker m;
  const ValueId a = m.input("a", {2, 3, 4}, DType::f64), b = m.input("b", {2, 4, 5}, DType::f64);
  m.output("y", m.node(ops::matMul, {a, b}, "product"));
  const BuildResult built = buildFor(m);
  const std::string text = told(explained(built), "product");
  EXPECT_THAT(text, HasSubstr("product falls back to the reference kernels."));
  EXPECT_THAT(text, HasSubstr("matmul declined: float32 only."));
  EXPECT_THAT(text, HasSubstr("It runs in fp64"));
}

TEST(Story, GlobsTellSeveral) {
  const BuildResult built = buildTour();
  const Explanation explanation = explained(built);
  EXPECT_GT(storiesOf(explanation, "*").size(), explanation.steps.size());
  EXPECT_EQ(storiesOf(explanation, "left").size(), 1U);
}

TEST(Story, ANameThatLooksLikeAPatternMeansItself) {
  BuildResult built = buildTour();
  std::vector<Step>& steps = built.data.plans[0].steps;
  ASSERT_GE(steps.size(), 2U);
  steps[0].name = "relu[1]";
  steps[1].name = "relu1";
  const Explanation explanation = explained(built);
  const auto titlesOf = [&](const char* pattern) {
    std::vector<std::string> titles;
    for (const Story& story : storiesOf(explanation, pattern)) titles.push_back(story.title);
    return titles;
  };
  EXPECT_THAT(titlesOf("relu[1]"), ElementsAre(StartsWith("relu[1]")));
  EXPECT_THAT(titlesOf("relu[12]"), ElementsAre(StartsWith("relu1")));
}

TEST(Story, OfAnOutputByItsName) {
  const BuildResult built = buildTour();
  EXPECT_THAT(storiesOf(explained(built), "map"), Not(IsEmpty()));
}

TEST(Story, OfAValueThatStaysInsideAStep) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  const ValueId product = m.node(ops::matMul, {x, m.input("w", {3, 4})}, "product");
  m.output("y", m.node(ops::relu, {product}, "rectified"));
  Graph graph = m.finish();
  graph.rename(product, "sums");
  graph.value(product).source = "sums";
  const BuildResult built = buildModel(modelOf(std::move(graph)), "network.onnx", plainOptions());
  const Explanation explanation = explained(built);
  const std::vector<Story> stories = storiesOf(explanation, "sums", &built.imported.graph);
  ASSERT_EQ(stories.size(), 1U);
  EXPECT_THAT(stories[0].sentences.front(), HasSubstr("sums is made by product."));
  EXPECT_THAT(storiesOf(explanation, "x", &built.imported.graph)[0].sentences,
              ElementsAre("x is an input: no step makes it."));
}

TEST(Story, OfNothingSuggestsTheNearest) {
  const BuildResult built = buildTour();
  const Explanation explanation = explained(built);
  expectError(ErrorCode::usage, "did you mean stem?", [&] { storiesOf(explanation, "stemm"); });
  expectError(ErrorCode::usage, "no step, node or value is called",
              [&] { storiesOf(explanation, "zzzzzzzz"); });
}

TEST(Story, EverySentenceIsOne) {
  const BuildResult built = buildTour();
  for (const Story& story : storiesOf(explained(built), "*"))
    for (const std::string& sentence : story.sentences) {
      EXPECT_TRUE(sentence.ends_with('.') || sentence.ends_with(')')) << sentence;
      EXPECT_EQ(sentence.find(".."), std::string::npos) << sentence;
      EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
    }
}

}  // namespace
}  // namespace ridge::test
