// Orders of axes: NHWC stretches inside NCHW models, and the reformats around them.
#include "plan_testing.h"

namespace ridge::test {
namespace {

TEST(PlanLayout, AnNhwcStretchInsideAnNchwModel) {
  GraphMaker m;
  ValueId x = m.input("x", {1, 16, 16, 16});
  int64_t channels = 16;
  for (const std::string name : {"a", "b", "c"}) {
    x = m.node(ops::relu, {conv(m, x, name, 32, channels)}, name + "_relu");
    channels = 32;
  }
  m.output("y", x);
  expectPlan(planFor(m), R"(
    + x: reformat [[]cpu copy] plain@input0 -> last@arena
    + a: Conv+Relu *-> last@arena
    + b: Conv+Relu [[]cpu conv_gemm] last@arena, packed, plain@constant -> last@arena
    + c: Conv+Relu *last@arena, packed, plain@constant -> last@arena
    + *: reformat [[]cpu copy] last@arena -> plain@output0
    - b: reformat *
  )");
}

TEST(PlanLayout, OneReformatServesAllConsumers) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 64, 16, 16});
  const ValueId middle = conv(m, x, "middle", 64, 64);
  m.output("p", m.node(ops::lrn, {middle}, "lrn1", {{"size", int64_t{3}}}));
  m.output("q", m.node(ops::lrn, {middle}, "lrn2", {{"size", int64_t{5}}}));
  const Plan plan = planFor(m);
  expectPlan(plan, R"(
    + middle: reformat [[]cpu copy] last@arena -> plain@arena
    + lrn1: LRN *plain@arena -> plain@output0*
    + lrn2: LRN *plain@arena -> plain@output1*
  )");
  int reformats = 0;
  for (const Step& step : plan.steps) reformats += step.ops.front() == "reformat" && step.name == "middle";
  EXPECT_EQ(reformats, 1);
}

TEST(PlanLayout, ReformatsAreDecisions) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  m.output("y", conv(m, x, "conv", 16, 16));
  bool said = false;
  for (const Decision& decision : planFor(m).decisions)
    said = said || decision.sentence.find("copied to another layout") != std::string::npos;
  EXPECT_TRUE(said);
}

// A model that is NHWC outside: its Transposes become changes of format.
TEST(PlanLayout, TransposesAroundAConvolutionAreViews) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 16, 32});
  const ValueId in = m.node(ops::transpose, {x}, "in", {{"perm", Ints{0, 3, 1, 2}}});
  const ValueId y = m.node(ops::relu, {conv(m, in, "conv", 32, 32)}, "act");
  m.output("y", m.node(ops::transpose, {y}, "out", {{"perm", Ints{0, 2, 3, 1}}}));
  expectPlan(planFor(m), R"(
    + conv: Conv+Relu [[]cpu conv_gemm] last@input0, packed, plain@constant -> *
    - in: *
    - *: reformat *
  )");
}

TEST(PlanLayout, LowRanksAndOnePixelNeedNoReformat) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 64, 1, 1});
  m.output("y", m.node(ops::sigmoid, {conv(m, x, "conv", 32, 64, 1)}, "gate"));
  expectPlan(planFor(m), R"(
    = 1
    + conv: Conv+Sigmoid * plain@input0, packed, plain@constant -> plain@output0
  )");
}

}  // namespace
}  // namespace ridge::test
