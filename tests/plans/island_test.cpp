// What has no shape before the network runs is evaluated in islands; everything else keeps its kernels.
#include "api/build.h"
#include "ops/evaluate.h"
#include "plan_testing.h"
#include "runtime/context.h"

namespace ridge::test {
namespace {

/// A convolution finds places, the places choose rows, the rows go through a product of known width.
GraphMaker chooser() {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 4, 4}), table = m.input("table", {64, 8});
  const ValueId features = m.node(ops::relu, {conv(m, x, "conv", 4, 4)}, "features");
  const ValueId flat = m.node(ops::reshape, {features, m.ints("all", {-1})}, "flat");
  const ValueId found = m.node(ops::nonZero, {flat}, "found");
  const ValueId places = m.node(ops::reshape, {found, m.ints("one_axis", {-1})}, "places");
  const ValueId rows = m.node(ops::gather, {table, places}, "rows");
  const ValueId total =
      m.node(ops::reduceSum, {rows, m.ints("first", {0})}, "total", {{"keepdims", int64_t{0}}});
  m.output("rows", rows);
  m.output("y",
           m.node(ops::sigmoid, {m.node(ops::matMul, {total, m.weights("w", {8, 3})}, "product")}, "act"));
  return m;
}

TEST(Island, HoldsWhatDependsOnDataAndNothingElse) {
  GraphMaker m = chooser();
  const Plan plan = planFor(m);
  expectPlan(plan, R"(
    + conv: Conv+Relu [[]cpu conv_gemm]*
    + *NonZero*Gather* [[]reference island]*
    - *Conv*island*
    - product: MatMul*island*
  )");
  ASSERT_EQ(plan.outputs.size(), 2U);
  EXPECT_LT(plan.outputs[0].array, 0);  // as many rows as were found
  EXPECT_GE(plan.outputs[1].array, 0);
  ASSERT_EQ(plan.slots.size(), 1U);
  EXPECT_EQ(plan.typeOf(plan.outputs[0]).dims, (Dims{-1, 8}));
}

/// Runs the plan on the truth's inputs.
std::vector<Tensor> run(const EngineData& data, const NamedInputs& inputs) {
  ExecutionContext context(makeExecutable(data, 0));
  for (size_t port = 0; port < context.plan().inputs.size(); ++port)
    context.setInput(port, inputs.at(context.plan().inputs[port].name));
  context.execute();
  std::vector<Tensor> outputs;
  for (size_t port = 0; port < context.plan().outputs.size(); ++port) outputs.push_back(context.output(port));
  return outputs;
}

TEST(Island, ShapesFollowTheDataOfEveryExecution) {
  onnx::Model model;
  model.graph = chooser().finish();
  BuildOptions options;
  options.tune = Tune::off;
  const BuildResult built = buildModel(model, "chooser", options);
  EXPECT_TRUE(built.verification.passed) << built.verification.failure();
  std::set<Dims> shapes;
  for (const float shift : {-0.5f, 0.0f, 0.5f, -100.0f}) {
    std::vector<float> pixels(64);
    for (size_t at = 0; at < pixels.size(); ++at) pixels[at] = shift + static_cast<float>(at % 7) / 7;
    NamedInputs inputs = randomInputs(model.graph, {{"table", {64, 8}}}, 1);
    inputs["x"] = Tensor::of({1, 4, 4, 4}, std::span<const float>(pixels));
    const std::vector<Tensor> got = run(built.data, inputs), want = evaluate(model.graph, inputs);
    ASSERT_EQ(got.size(), want.size());
    EXPECT_EQ(got[0].dims(), want[0].dims());
    EXPECT_TRUE(std::equal(got[0].bytes().begin(), got[0].bytes().end(), want[0].bytes().begin()));
    for (size_t at = 0; at < 3; ++at) EXPECT_NEAR(got[1].as<float>()[at], want[1].as<float>()[at], 1e-4);
    shapes.insert(got[0].dims());
  }
  EXPECT_GE(shapes.size(), 3U);
}

}  // namespace
}  // namespace ridge::test
