// Real networks on plans of two and three backends: verified, stored, loaded, in several threads. Runs under
// the thread sanitizer too.
#include <filesystem>
#include <thread>

#include "api/load.h"
#include "engine/engine_file.h"
#include "support/remote_devices.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

std::string modelPath(const std::string& name) {
  const std::string own = "examples/" + name + ".onnx";
  return std::filesystem::exists(own) ? own : "../shared/models/real/" + name + ".onnx";
}

int stepsOf(const Plan& plan, std::string_view backend) {
  return static_cast<int>(
      std::ranges::count_if(plan.steps, [&](const Step& step) { return step.kernel.backend == backend; }));
}

class RemoteNetwork : public testing::TestWithParam<std::string> {};

/// Built with proof, answers with the bits of the built engine after it went through a file.
void prove(const onnx::Model& model, const std::string& device) {
  BuildOptions options = plainOptions(device);
  options.verify = VerifyMode::full;
  onnx::Model copy = model;
  const BuildResult built = buildModel(std::move(copy), "model.onnx", options);
  EXPECT_TRUE(built.verified) << built.verification.failure();
  EXPECT_GE(built.verification.worstRegionDb, kRegionDb);
  EXPECT_GT(stepsOf(built.data.plans[0], device), 1);
  const TemporaryFolder folder;
  writeEngine(built.data, folder.file("model.ridge"));
  const LoadedEngine loaded = loadEngine(folder.file("model.ridge"));
  EXPECT_FALSE(loaded.replanned);
  expectSameBits(answer(loaded.plans->first()), answer(makeExecutable(built.data, 0)));
}

TEST_P(RemoteNetwork, TheTourIsProvenStoredAndLoaded) {
  ASSERT_EQ(std::ranges::count(remoteDevices(), GetParam()), 1);
  prove(modelOf(tourNetwork()), GetParam());
}

TEST_P(RemoteNetwork, OtherShapesArePlannedWhenTheyAreAskedFor) {
  ASSERT_EQ(std::ranges::count(remoteDevices(), GetParam()), 1);
  const TemporaryFolder folder;
  writeEngine(buildTour(GetParam()).data, folder.file("tour.ridge"));
  const LoadedEngine loaded = loadEngine(folder.file("tour.ridge"));
  const auto other = loaded.plans->planFor({{"x", {3, 3, 8, 8}}});
  EXPECT_GT(stepsOf(other->plan(), GetParam()), 1);
  const VerifyReport report = verifyReplanned(loaded, other, 1);
  EXPECT_TRUE(report.passed) << report.failure();
}

TEST_P(RemoteNetwork, ARealNetworkIsProvenStoredAndLoaded) {
  ASSERT_EQ(std::ranges::count(remoteDevices(), GetParam()), 1);
  if (GetParam() == "remote_reference") GTEST_SKIP() << "the reference kernels take too long";
  prove(onnx::readModel(modelPath("cifar10_resnet20")), GetParam());
}

TEST_P(RemoteNetwork, ContextsInThreadsDoNotDisturbEachOther) {
  ASSERT_EQ(std::ranges::count(remoteDevices(), GetParam()), 1);
  const auto executable = makeExecutable(buildTour(GetParam()).data, 0);
  std::vector<Answers> alone;
  for (unsigned seed = 0; seed < 3; ++seed) alone.push_back(answer(executable, seed));
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 3; ++seed)
    threads.emplace_back([&, seed] {
      ExecutionContext context(executable);
      setInputs(context, seed);
      for (int run = 0; run < 5; ++run) {
        context.execute();
        expectSameBits(outputsOf(context), alone[seed]);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(, RemoteNetwork,
                         testing::Values("remote_reference", "remote_cpu", "remote_half", "remote_conv",
                                         "remote_pair", "remote_left"),
                         [](const auto& device) { return device.param; });

class RemoteRealModel : public testing::TestWithParam<const char*> {};

TEST_P(RemoteRealModel, IsProvenOnAMixedPlan) {
  remoteDevices();
  const std::string path = modelPath(GetParam());
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "there is no " << path;
  prove(onnx::readModel(path), "remote_left");
}

#if !defined(__SANITIZE_THREAD__)
INSTANTIATE_TEST_SUITE_P(, RemoteRealModel,
                         testing::Values("cifar10_mobilenetv2", "cifar10_efficientnet_b0",
                                         "imagenet_mobilenet_v1_025"),
                         [](const auto& model) { return model.param; });
#else
INSTANTIATE_TEST_SUITE_P(, RemoteRealModel, testing::Values("cifar10_mobilenetv2"),
                         [](const auto& model) { return model.param; });
#endif

}  // namespace
}  // namespace ridge::test
