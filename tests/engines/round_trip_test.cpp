// What is written comes back.
#include <set>

#include "api/load.h"
#include "engine/engine_file.h"
#include "support/control_network.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

TEST(EngineFile, AnswersAsItDidBeforeItWasStored) {
  const TemporaryFolder folder;
  for (const std::string device : {"cpu", "reference"}) {
    const BuildResult built = buildTour(device);
    writeEngine(built.data, folder.file("tour.ridge"));
    const LoadedEngine loaded = loadEngine(folder.file("tour.ridge"));
    EXPECT_FALSE(loaded.replanned);
    expectSameBits(answer(loaded.plans->first()), answer(makeExecutable(built.data, 0)));
  }
}

class EngineFileOf : public testing::TestWithParam<bool> {};

TEST_P(EngineFileOf, WritingWhatWasReadGivesTheSameBytes) {
  const TemporaryFolder folder;
  const BuildResult built =
      GetParam() ? buildModel(modelOf(controlNetwork()), "control", plainOptions()) : buildTour();
  writeEngine(built.data, folder.file("first.ridge"));
  const EngineFile file = EngineFile::open(folder.file("first.ridge"));
  EngineData data = file.data();
  data.portable = file.portable();
  writeEngine(data, folder.file("second.ridge"));
  EXPECT_EQ(folder.read("second.ridge"), folder.read("first.ridge"));
}

INSTANTIATE_TEST_SUITE_P(BodiesToo, EngineFileOf, testing::Bool());

TEST(EngineFile, TheSameBuildGivesTheSameBytes) {
  const TemporaryFolder folder;
  writeEngine(buildTour().data, folder.file("first.ridge"));
  writeEngine(buildTour().data, folder.file("second.ridge"));
  EXPECT_EQ(folder.read("first.ridge"), folder.read("second.ridge"));
}

TEST(EngineFile, KeepsFactsDecisionsAndThePipeline) {
  const TemporaryFolder folder;
  const BuildResult built = buildTour();
  writeEngine(built.data, folder.file("tour.ridge"));
  const EngineFile file = EngineFile::open(folder.file("tour.ridge"));
  EXPECT_EQ(file.data().facts, built.data.facts);
  EXPECT_EQ(file.data().fact("model"), "tour.onnx");
  EXPECT_EQ(file.data().fact("verified"), "no");
  EXPECT_EQ(file.data().pipeline, R"({"version": 1})");
  EXPECT_EQ(file.data().decisions, built.data.decisions);
  EXPECT_FALSE(built.data.decisions.empty());
  EXPECT_EQ(file.data().plans[0].decisions, built.data.plans[0].decisions);
  std::set<DecisionKind> kinds;
  for (const Decision& decision : file.data().plans[0].decisions) kinds.insert(decision.kind);
  EXPECT_TRUE(kinds.contains(DecisionKind::tried) && kinds.contains(DecisionKind::reformat) &&
              kinds.contains(DecisionKind::view));
  ASSERT_TRUE(file.hasPortable());
  EXPECT_TRUE(file.portable().sameAs(built.data.portable));
}

TEST(EngineFile, WithoutPortableGraph) {
  const TemporaryFolder folder;
  const BuildResult built = buildTour("cpu", false);
  writeEngine(built.data, folder.file("tour.ridge"));
  const EngineFile file = EngineFile::open(folder.file("tour.ridge"));
  EXPECT_FALSE(file.hasPortable());
  EXPECT_THROW(file.portable(), Error);
  expectSameBits(answer(loadEngine(folder.file("tour.ridge")).plans->first()),
                 answer(makeExecutable(built.data, 0)));
}

TEST(EngineFile, BlobsAreAligned) {
  const TemporaryFolder folder;
  writeEngine(buildTour().data, folder.file("tour.ridge"));
  const EngineFile file = EngineFile::open(folder.file("tour.ridge"));
  EXPECT_FALSE(file.data().weights.empty());
  for (const WeightBlob& blob : file.data().weights)
    EXPECT_EQ(reinterpret_cast<uintptr_t>(blob.bytes.bytes().data()) % 64, 0U) << blob.key;
}

TEST(EngineFile, SeveralPlansShareTheirConstants) {
  const TemporaryFolder folder;
  BuildOptions options;
  options.tune = Tune::off;
  options.verify = VerifyMode::off;
  const BuildResult one = buildModel(modelOf(tourNetwork()), "tour", options);
  options.shapes = {{}, {.shapes = {}, .dims = {}, .batch = 3}};
  const BuildResult two = buildModel(modelOf(tourNetwork()), "tour", options);
  ASSERT_EQ(two.data.plans.size(), 2U);
  const auto floats = [](const BuildResult& built) {
    int64_t count = 0;
    for (const WeightBlob& blob : built.data.weights)
      count += blob.bytes.type() == DType::f32 ? blob.bytes.count() : 0;
    return count;
  };
  EXPECT_EQ(floats(two), floats(one));
  writeEngine(two.data, folder.file("tour.ridge"));
  const LoadedEngine loaded = loadEngine(folder.file("tour.ridge"));
  EXPECT_EQ(answer(loaded.plans->planFor({{"x", {3, 3, 8, 8}}})).at("map").dims(), (Dims{3, 16, 4, 4}));
  expectSameBits(answer(loaded.plans->first()), answer(makeExecutable(one.data, 0)));
}

}  // namespace
}  // namespace ridge::test
