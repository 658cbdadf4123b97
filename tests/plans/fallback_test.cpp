// What the cpu backend lacks runs on the reference kernels, and says so.
#include "plan_testing.h"
#include "support/expect_error.h"

namespace ridge::test {
namespace {

TEST(Fallback, AnOpWithoutKernelFallsBackAndIsRecorded) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 8, 8});
  const ValueId lrn = m.node(ops::lrn, {conv(m, x, "conv", 8, 8)}, "lrn", {{"size", int64_t{3}}});
  m.output("y", m.node(ops::relu, {conv(m, lrn, "after", 8, 8)}, "act"));
  const Plan plan = planFor(m);
  expectPlan(plan, R"(
    + lrn: LRN [[]reference node] plain@arena -> plain@arena fallback
    + conv: Conv [[]cpu conv_gemm]*
    + after: Conv+Relu [[]cpu conv_gemm]*
    - conv: *fallback
    - after: *fallback
  )");
  EXPECT_EQ(plan.device, "cpu");
  bool said = false;
  for (const Decision& decision : plan.decisions)
    said = said || (decision.subject == "lrn" &&
                    decision.sentence.find("falls back to the reference kernels") != std::string::npos);
  EXPECT_TRUE(said);
}

TEST(Fallback, IntegersFallBack) {
  GraphMaker m;
  const ValueId x = m.input("x", {4}, DType::i64);
  m.output("y", m.node(ops::add, {x, m.ints("one", {1})}, "sum"));
  expectPlan(planFor(m), R"(
    = 1
    + sum: Add [[]reference node]* fallback
  )");
}

TEST(Fallback, AProductOfDoublesSaysWhy) {
  GraphMaker m;
  const ValueId a = m.input("a", {2, 3, 4}, DType::f64), b = m.input("b", {2, 4, 5}, DType::f64);
  m.output("y", m.node(ops::matMul, {a, b}, "product"));
  const Plan plan = planFor(m);
  expectPlan(plan, R"(
    + product: MatMul [[]reference node]* fallback
  )");
  bool said = false;
  for (const Decision& decision : plan.decisions)
    said = said || decision.sentence.find("float32") != std::string::npos;
  EXPECT_TRUE(said);
}

TEST(Fallback, WithoutABackendForANodeThePlanIsRefusedByName) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 4, 4});
  m.output("y", m.node(ops::lrn, {x}, "normalized", {{"size", int64_t{3}}}));
  const Graph graph = m.finish();
  PlanOptions options;
  options.backends = {backendsFor("cpu").front()};
  WeightStore weights;
  expectError(ErrorCode::input, "normalized", [&] { makePlan(graph, options, weights); });
}

}  // namespace
}  // namespace ridge::test
