// From a model to a verified engine.
#include "api/build.h"

#include <gmock/gmock.h>

#include <set>

#include "onnx/writer.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

TEST(Build, FromMemoryAndFromAFile) {
  const TemporaryFolder folder;
  const std::string bytes = onnx::serializeModel(modelOf(tourNetwork()));
  const std::string path = folder.write("tour.onnx", bytes);
  BuildOptions options = plainOptions();
  options.verify = VerifyMode::full;
  const BuildResult fromFile = buildModel(path, options);
  EXPECT_TRUE(fromFile.verified) << fromFile.verification.failure();
  EXPECT_EQ(fromFile.data.fact("model"), "tour.onnx");
  const BuildResult fromMemory =
      buildModel(onnx::readModel(std::as_bytes(std::span(bytes)), "memory", std::nullopt), "tour", options);
  expectSameBits(answer(makeExecutable(fromFile.data, 0)), answer(makeExecutable(fromMemory.data, 0)));

  std::set<std::string> phases;
  for (const PhaseTime& phase : fromFile.phases) phases.insert(phase.phase);
  EXPECT_EQ(phases, (std::set<std::string>{"read", "optimize", "lower", "plan", "verify"}));
}

TEST(Build, EveryCandidateOfAConvolutionThatAddsItsOwnInputRuns) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId conv =
      m.node(ops::conv, {x, m.weights("w", {16, 16, 3, 3}, 0.1F)}, "conv", {{"pads", Ints{1, 1, 1, 1}}});
  m.output("y", m.node(ops::add, {conv, x}, "sum"));
  BuildOptions options;
  options.tune = Tune::fast;  // compiles whatever is offered
  const BuildResult built = buildModel(modelOf(m.finish()), "residual", options);
  EXPECT_TRUE(built.verified) << built.verification.failure();
}

TEST(Build, TheLeadingAxisIsOneWithANote) {
  const BuildResult built = buildTour();
  EXPECT_THAT(built.notes, testing::Contains(testing::HasSubstr("taken as 1")));
}

TEST(Build, EveryPassOffGivesTheSameAnswer) {
  const Answers wanted = answer(makeExecutable(buildTour("reference").data, 0));
  BuildOptions options = plainOptions();
  for (const std::string pass : {"fold_constants", "dead_nodes", "silu"}) {
    options.passes.disabled = {pass};
    const BuildResult built = buildModel(modelOf(tourNetwork()), "tour", options);
    EXPECT_EQ(built.data.fact("disabled_passes"), pass);
    const std::vector<double> got = toDoubles(answer(makeExecutable(built.data, 0)).at("probabilities"));
    const std::vector<double> want = toDoubles(wanted.at("probabilities"));
    for (size_t at = 0; at < want.size(); ++at) EXPECT_NEAR(got[at], want[at], 1e-5) << pass;
  }
}

TEST(Build, TunedPlansAnswerAlikeAndTheCacheMakesThemRepeatable) {
  const TemporaryFolder folder;
  BuildOptions options = plainOptions();
  options.tune = Tune::fast;
  options.timingCache = folder.file("timing");
  const BuildResult first = buildModel(modelOf(tourNetwork()), "tour", options);
  EXPECT_GT(folder.read("timing").size(), 100U);
  EXPECT_EQ(folder.read("timing").find("stem"), std::string::npos) << "no names in the cache";
  EXPECT_GT(first.data.plans[0].tunedThreads, 0);
  const BuildResult second = buildModel(modelOf(tourNetwork()), "tour", options);
  ASSERT_EQ(first.data.plans[0].steps.size(), second.data.plans[0].steps.size());
  for (size_t at = 0; at < first.data.plans[0].steps.size(); ++at)
    EXPECT_EQ(first.data.plans[0].steps[at].measuredNs, second.data.plans[0].steps[at].measuredNs);
  expectSameBits(answer(makeExecutable(first.data, 0)), answer(makeExecutable(second.data, 0)));
}

TEST(Build, ADamagedTimingCacheIsANote) {
  const TemporaryFolder folder;
  BuildOptions options = plainOptions();
  options.tune = Tune::fast;
  options.timingCache = folder.write("timing", "what is this\n");
  EXPECT_THAT(buildModel(modelOf(tourNetwork()), "tour", options).notes,
              testing::Contains(testing::HasSubstr("1 lines of the timing cache")));
  options.timingCache = "/proc/nowhere/timing";
  EXPECT_THAT(buildModel(modelOf(tourNetwork()), "tour", options).notes,
              testing::Contains(testing::HasSubstr("cannot be")));
}

TEST(Build, TapsAreReadableAndChangeNoBit) {
  BuildOptions options = plainOptions();
  options.taps = {"stem", "inner_relu", "depthwise"};
  const BuildResult tapped = buildModel(modelOf(tourNetwork()), "tour", options);
  expectSameBits(answer(makeExecutable(tapped.data, 0)), answer(makeExecutable(buildTour().data, 0)));
  std::set<std::string> sources;
  for (const PlannedValue& value : tapped.data.plans[0].values) sources.insert(value.source);
  for (const std::string& tap : options.taps) EXPECT_TRUE(sources.contains(tap)) << tap;
}

TEST(Build, ErrorsNameTheModel) {
  const TemporaryFolder folder;
  BuildOptions options = plainOptions();
  options.device = "cuda";
  expectError(ErrorCode::machine, "cuda", [&] { buildModel(modelOf(tourNetwork()), "tour", options); });
  const std::string path = folder.write("broken.onnx", "no model");
  expectError(ErrorCode::input, "broken.onnx", [&] { buildModel(path, plainOptions()); });
  options = plainOptions();
  options.passes.disabled = {"no_such_pass"};
  expectError(ErrorCode::usage, "no_such_pass", [&] { buildModel(modelOf(tourNetwork()), "tour", options); });
}

}  // namespace
}  // namespace ridge::test
