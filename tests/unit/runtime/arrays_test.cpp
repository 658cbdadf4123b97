// Looking at the arrays of a plan, and setting them.
#include "ops/evaluate.h"
#include "support/expect_error.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

/// Values of the imported graph by name.
std::map<std::string, Tensor> truth(unsigned seed) {
  std::map<std::string, Tensor> values;
  const Graph graph = tourNetwork();
  evaluate(graph, {{"x", someNumbers({1, 3, 8, 8}, seed)}},
           [&](ValueId id, const Tensor& value) { values[graph.value(id).name] = value; });
  return values;
}

void expectNear(const Tensor& got, const Tensor& want) {
  ASSERT_EQ(got.dims(), want.dims());
  const std::vector<double> left = toDoubles(got), right = toDoubles(want);
  for (size_t at = 0; at < left.size(); ++at) ASSERT_NEAR(left[at], right[at], 1e-4);
}

TEST(Arrays, ObserversSeeEveryValueThatCrossesABorder) {
  const auto expected = truth(1);
  for (const std::string device : {"cpu", "reference"}) {
    ExecutionContext context(makeExecutable(buildTour(device).data, 0));
    const Plan& plan = context.plan();
    setInputs(context, 1);
    std::vector<size_t> order;
    int compared = 0;
    context.observe([&](size_t step, bool before) {
      if (before) return order.push_back(step);
      ASSERT_EQ(order.back(), step);
      for (int32_t array : plan.steps[step].writes) {
        const auto& value = plan.values[static_cast<size_t>(plan.arrays[static_cast<size_t>(array)].value)];
        const auto known = expected.find(value.source);
        if (known == expected.end()) continue;
        SCOPED_TRACE(value.name);
        expectNear(context.read(static_cast<size_t>(array)), known->second);
        ++compared;
      }
    });
    context.execute();
    EXPECT_EQ(order.size(), plan.steps.size());
    EXPECT_GT(compared, 8) << device;
  }
}

TEST(Arrays, WhatIsWrittenIsReadBack) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  for (size_t array = 0; array < context.plan().arrays.size(); ++array) {
    const ArraySpec& spec = context.plan().arrays[array].array;
    if (spec.at.space == Space::weights || spec.type != DType::f32) continue;
    const Tensor numbers = someNumbers(spec.dims, static_cast<unsigned>(array));
    context.write(array, numbers);
    EXPECT_TRUE(context.read(array).sameAs(numbers)) << array;
  }
}

TEST(Arrays, InjectedValuesAreWhatTheNextStepReads) {
  const auto executable = makeExecutable(buildTour().data, 0);
  const Plan& plan = executable->plan();
  ExecutionContext source(executable), target(executable);
  setInputs(source, 5);
  setInputs(target, 6);
  for (size_t step = 0; step < plan.steps.size(); ++step) {
    for (int32_t read : plan.steps[step].reads) {
      if (read < 0 || plan.arrays[static_cast<size_t>(read)].array.at.space == Space::weights) continue;
      target.write(static_cast<size_t>(read), source.read(static_cast<size_t>(read)));
    }
    source.execute(step, step + 1);
    target.execute(step, step + 1);
  }
  expectSameBits(outputsOf(target), answer(executable, 5));
}

TEST(Arrays, ConstantsAreNotWritten) {
  ExecutionContext context(makeExecutable(buildTour("reference").data, 0));
  for (size_t array = 0; array < context.plan().arrays.size(); ++array) {
    const ArraySpec& spec = context.plan().arrays[array].array;
    if (spec.at.space != Space::weights) continue;
    EXPECT_ANY_THROW(context.write(array, Tensor::allocate(spec.type, spec.dims)));
    return;
  }
  FAIL() << "the plan has no constant";
}

}  // namespace
}  // namespace ridge::test
