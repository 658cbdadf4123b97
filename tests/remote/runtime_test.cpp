// Contexts on a device: nothing is allocated, failures arrive, constants are there once, arrays can be seen.
#include "plan/device_memory.h"
#include "support/count_allocations.h"
#include "support/expect_error.h"
#include "support/remote_devices.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

std::shared_ptr<const Executable> tourOn(const std::string& device) {
  remoteDevices();
  return makeExecutable(buildTour(device).data, 0);
}

TEST(RemoteRuntime, AnExecutionAllocatesNothing) {
  for (const std::string& device : remoteDevices()) {
    ExecutionContext context(tourOn(device));
    setInputs(context, 1);
    context.execute();  // the threads of its streams have started then, which allocates
    const long before = allocations();
    context.execute();
    context.execute();
    EXPECT_EQ(allocations() - before, 0) << device;
  }
}

TEST(RemoteRuntime, FailuresArriveAndTheNextExecutionIsWell) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"remote_cpu", "remote_cpu"}, {"remote_half", "remote_half"}, {"remote_left", "remote_right"}};
  for (const auto& [device, failing] : cases) {
    SCOPED_TRACE(failing);
    const auto executable = tourOn(device);
    const Answers want = answer(executable);
    ExecutionContext context(executable);
    setInputs(context, 1);
    remoteBackend(failing).failOnce();
    expectError(ErrorCode::machine, "lost its way", [&] { context.execute(); });
    setInputs(context, 1);
    context.execute();
    expectSameBits(outputsOf(context), want);
  }
}

// An execution leaves everything behind that the next one must not need.
TEST(RemoteRuntime, NothingOfTheLastExecutionIsRead) {
  for (const std::string& device : remoteDevices()) {
    SCOPED_TRACE(device);
    const auto executable = tourOn(device);
    const Answers want = answer(executable);
    ExecutionContext context(executable);
    for (int run = 0; run < 3; ++run) {
      for (const PlannedArray& array : context.plan().arrays)
        if (array.array.at.space == Space::arena) context.poison(array.array);
      setInputs(context, 1);
      context.execute();
      expectSameBits(outputsOf(context), want);
    }
  }
}

TEST(RemoteRuntime, AnObserverThatThrowsLeavesNothingRunning) {
  const auto executable = tourOn("remote_half");
  ExecutionContext context(executable);
  setInputs(context, 1);
  context.observe([&](size_t step, bool) {
    if (step == executable->plan().steps.size() / 2) throw Error(ErrorCode::input, "enough");
  });
  EXPECT_THROW(context.execute(), Error);
  context.observe({});
  context.execute();
  expectSameBits(outputsOf(context), answer(executable));
}

TEST(RemoteRuntime, ConstantsAreThereOnceAndGoWithTheirPrograms) {
  remoteDevices();
  const RemoteMemory& memory = *remoteBackend("remote_half").memory();
  ASSERT_EQ(memory.bytes(), 0U);
  const BuildResult built = buildTour("remote_half");
  auto first = makeExecutable(built.data, 0);
  const uint64_t weights = memory.bytes();
  EXPECT_GT(weights, 0U);
  {
    const auto second = makeExecutable(built.data, 0);
    EXPECT_EQ(memory.bytes(), weights);
    const ExecutionContext context(second);
    EXPECT_GT(memory.bytes(), weights);
    first.reset();
    EXPECT_GE(memory.bytes(), weights);
  }
  EXPECT_EQ(memory.bytes(), 0U);
}

TEST(RemoteRuntime, ArraysOfTheDeviceAreReadAndWritten) {
  for (const std::string device : {"remote_cpu", "remote_left"}) {
    ExecutionContext context(tourOn(device));
    int there = 0;
    for (size_t array = 0; array < context.plan().arrays.size(); ++array) {
      const ArraySpec& spec = context.plan().arrays[array].array;
      if (spec.at.space != Space::arena || spec.at.index == 0) continue;
      ++there;
      const Tensor numbers = someNumbers(spec.dims, static_cast<unsigned>(array));
      context.write(array, numbers);
      EXPECT_TRUE(context.read(array).sameAs(numbers)) << array;
      context.poison(spec);
      const Tensor poisoned = context.read(array);
      for (const float value : poisoned.as<float>()) ASSERT_TRUE(std::isnan(value));
    }
    EXPECT_GT(there, 5);
    EXPECT_GT(context.activationBytes(), context.plan().arenaBytes);
  }
}

TEST(RemoteRuntime, ObserversSeeWhatStepsHaveMade) {
  const Answers want = answer(tourOn("remote_half"));
  ExecutionContext context(tourOn("remote_half"));
  setInputs(context, 1);
  size_t seen = 0;
  context.observe([&](size_t step, bool before) {
    if (before) return;
    for (const int32_t array : context.plan().steps[step].writes) {
      const Tensor made = context.read(static_cast<size_t>(array));
      for (const float value : made.as<float>()) seen += std::isfinite(value);
    }
  });
  context.execute();
  EXPECT_GT(seen, 1000U);
  expectSameBits(outputsOf(context), want);
}

TEST(RemoteRuntime, CallersBuffersServe) {
  const auto executable = tourOn("remote_conv");
  const Answers want = answer(executable, 3);
  const Tensor x = someNumbers({1, 3, 8, 8}, 3);
  std::vector<float> map(16 * 4 * 4), probabilities(10);
  ExecutionContext context(executable);
  context.bindInput(0, x.bytes().data());
  context.bindOutput(0, map.data());
  context.bindOutput(1, probabilities.data());
  context.execute();
  EXPECT_TRUE(std::ranges::equal(map, want.at("map").as<float>()));
  EXPECT_TRUE(std::ranges::equal(probabilities, want.at("probabilities").as<float>()));
}

// Timing goes through the device's memory and stream too.
TEST(RemoteRuntime, CandidatesAreTimedThere) {
  remoteDevices();
  BuildOptions options = plainOptions("remote_cpu");
  options.tune = Tune::fast;
  const BuildResult built = buildModel(modelOf(tourNetwork()), "tour.onnx", options);
  bool timed = false;
  for (const Step& step : built.data.plans[0].steps)
    timed = timed || (step.kernel.memory == 1 && step.measuredNs > 0);
  EXPECT_TRUE(timed);
}

}  // namespace
}  // namespace ridge::test
