// If, Loop and Scan whose values have shapes are steps with plans of their own.
#include "support/control_network.h"

#include "api/build.h"
#include "ops/evaluate.h"
#include "plan_testing.h"
#include "runtime/context.h"

namespace ridge::test {
namespace {

class Control : public testing::TestWithParam<std::string> {
 protected:
  Control() {
    model_.graph = controlNetwork();
    BuildOptions options;
    options.tune = Tune::off;
    options.device = GetParam();
    built_ = buildModel(model_, "control", options);
  }

  static std::vector<BoundShape> shapesOf(const Plan& plan) {
    std::vector<BoundShape> shapes;
    for (const Port& port : plan.inputs) shapes.push_back({port.name, plan.typeOf(port).dims});
    return shapes;
  }

  static Tensor flag(bool value) { return fromDoubles(DType::boolean, {}, std::vector{value ? 1.0 : 0.0}); }

  /// The inputs of one execution.
  NamedInputs inputs(int64_t trips, float bound, bool choice) const {
    NamedInputs made = randomInputs(model_.graph, shapesOf(built_.data.plans[0]), 3);
    made["trips"] = Tensor::scalar(trips);
    made["bound"] = Tensor::scalar(bound);
    made["choice"] = flag(choice);
    return made;
  }

  void expectTruth(ExecutionContext& context, const NamedInputs& inputs) const {
    for (size_t port = 0; port < context.plan().inputs.size(); ++port)
      context.setInput(port, inputs.at(context.plan().inputs[port].name));
    context.execute();
    const std::vector<Tensor> want = evaluate(model_.graph, inputs);
    for (size_t port = 0; port < want.size(); ++port) {
      const Tensor got = context.output(port);
      ASSERT_EQ(got.dims(), want[port].dims());
      for (int64_t at = 0; at < got.count(); ++at)
        EXPECT_NEAR(got.as<float>()[static_cast<size_t>(at)], want[port].as<float>()[static_cast<size_t>(at)],
                    1e-5)
            << context.plan().outputs[port].name << " " << at;
    }
  }

  onnx::Model model_;
  BuildResult built_;
};

TEST_P(Control, BodiesArePlanned) {
  EXPECT_TRUE(built_.verification.passed) << built_.verification.failure();
  int inside = 0;
  forEachStep(built_.data.plans[0], [&](const Step& step, int depth) {
    EXPECT_NE(step.kernel.tactic, "island") << step.name;
    inside += depth;
  });
  EXPECT_GE(inside, 5);
}

TEST_P(Control, AnswersAsTheEvaluatorDoes) {
  ExecutionContext context(makeExecutable(built_.data, 0));
  for (const int64_t trips : {int64_t{5}, int64_t{0}, int64_t{1}, int64_t{40}, int64_t{-3}, int64_t{2}})
    for (const float bound : {0.01F, 100.0F})
      for (const bool choice : {true, false}) expectTruth(context, inputs(trips, bound, choice));
}

INSTANTIATE_TEST_SUITE_P(, Control, testing::Values("cpu", "reference"));

}  // namespace
}  // namespace ridge::test
