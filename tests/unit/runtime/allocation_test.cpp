// An execution allocates nothing.
#include <gtest/gtest.h>

#include "support/control_network.h"
#include "support/count_allocations.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

TEST(Execution, TheCounterCounts) {
  const long before = allocations();
  std::make_unique<std::vector<int>>(100);
  EXPECT_GT(allocations() - before, 0);
}

TEST(Execution, AllocatesNothing) {
  for (const std::string device : {"cpu", "reference"}) {
    ExecutionContext context(makeExecutable(buildTour(device).data, 0));
    setInputs(context, 1);
    const long first = allocations();
    context.execute();
    const long second = allocations();
    context.execute();
    const long third = allocations();
    EXPECT_EQ(second - first, 0) << device << ", also the first time";
    EXPECT_EQ(third - second, 0) << device;
  }
}

TEST(Execution, BodiesAllocateNothing) {
  ExecutionContext context(
      makeExecutable(buildModel(modelOf(controlNetwork()), "control", plainOptions()).data, 0));
  context.setInput(3, Tensor::scalar(int64_t{7}));  // trips
  const long before = allocations();
  context.execute();
  context.execute();
  EXPECT_EQ(allocations() - before, 0);
}

TEST(Execution, AllocatesNothingWithBoundBuffersAndAnObserver) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  std::vector<float> x(3 * 8 * 8, 0.5F), map(16 * 4 * 4);
  int steps = 0;
  context.observe([&steps](size_t, bool) { ++steps; });
  const long before = allocations();
  context.bindInput(0, x.data());
  context.bindOutput(0, map.data());
  context.execute();
  EXPECT_EQ(allocations() - before, 0);
  EXPECT_EQ(steps, static_cast<int>(2 * context.plan().steps.size()));
}

}  // namespace
}  // namespace ridge::test
