// Engines on another machine, and for other shapes.
#include "api/load.h"

#include "api/engine_impl.h"
#include "engine/engine_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

void expectNear(const Answers& got, const Answers& want) {
  for (const auto& [name, tensor] : want) {
    ASSERT_EQ(got.at(name).dims(), tensor.dims());
    const std::vector<double> left = toDoubles(got.at(name)), right = toDoubles(tensor);
    for (size_t at = 0; at < right.size(); ++at) ASSERT_NEAR(left[at], right[at], 1e-5) << name;
  }
}

TEST(Load, OtherShapesArePlannedFromThePortableGraph) {
  const TemporaryFolder folder;
  writeEngine(buildTour().data, folder.file("tour.ridge"));
  const LoadedEngine engine = loadEngine(folder.file("tour.ridge"));
  EXPECT_FALSE(engine.replanned);
  const auto three = engine.plans->planFor({{"x", {3, 3, 8, 8}}});
  EXPECT_EQ(engine.plans->planFor({{"x", {3, 3, 8, 8}}}), three);
  BuildOptions options = plainOptions();
  options.shapes = {{.shapes = {}, .dims = {}, .batch = 3}};
  expectNear(answer(three),
             answer(makeExecutable(buildModel(modelOf(tourNetwork()), "tour", options).data, 0)));
}

TEST(Load, WithoutPortableGraphOtherShapesAreRefused) {
  const TemporaryFolder folder;
  writeEngine(buildTour("cpu", false).data, folder.file("tour.ridge"));
  const LoadedEngine engine = loadEngine(folder.file("tour.ridge"));
  expectError(ErrorCode::input, "no plan for these shapes", [&] {
    engine.plans->planFor({{"x", {3, 3, 8, 8}}});
  });
}

TEST(Load, AnEngineForAnotherInstructionSetIsPlannedAgain) {
  const TemporaryFolder folder;
  BuildResult built = buildTour();
  const Answers wanted = answer(makeExecutable(built.data, 0));
  built.data.plans[0].architecture = "avx1024";
  writeEngine(built.data, folder.file("tour.ridge"));
  const LoadedEngine engine = loadEngine(folder.file("tour.ridge"));
  EXPECT_TRUE(engine.replanned);
  EXPECT_NE(engine.plans->first()->plan().architecture, "avx1024");
  expectNear(answer(engine.plans->first()), wanted);
  const VerifyReport again = verifyReplanned(engine, engine.plans->first(), 1);
  EXPECT_TRUE(again.passed) << again.failure();
  EXPECT_FALSE(again.regions.empty());
}

TEST(Load, AnEngineForAnotherInstructionSetWithoutPortableGraphIsRefused) {
  const TemporaryFolder folder;
  EngineData data = buildTour("cpu", false).data;
  data.plans[0].architecture = "avx1024";
  writeEngine(data, folder.file("tour.ridge"));
  expectError(ErrorCode::machine, "avx1024", [&] { loadEngine(folder.file("tour.ridge")); });
}

TEST(Load, AnEngineForAnotherDeviceIsTheMachinesFault) {
  const TemporaryFolder folder;
  EngineData data = buildTour().data;
  data.plans[0].device = "abacus";
  writeEngine(data, folder.file("tour.ridge"));
  expectError(ErrorCode::machine, "abacus", [&] { loadEngine(folder.file("tour.ridge")); });
}

/// The ops of every step.
std::vector<std::vector<std::string>> opsOf(const Plan& plan) {
  std::vector<std::vector<std::string>> ops;
  for (const Step& step : plan.steps) ops.push_back(step.ops);
  return ops;
}

TEST(Load, DisabledPassesStayDisabledInNewPlans) {
  const TemporaryFolder folder;
  BuildOptions options = plainOptions();
  options.passes.disabled = {"batch_norm_into_producer", "scale_into_producer"};
  BuildResult built = buildModel(modelOf(tourNetwork()), "tour", options);
  const auto ops = opsOf(built.data.plans[0]);
  ASSERT_NE(ops, opsOf(buildTour().data.plans[0]));
  writeEngine(built.data, folder.file("tour.ridge"));
  const LoadedEngine engine = loadEngine(folder.file("tour.ridge"));
  EXPECT_EQ(opsOf(engine.plans->planFor({{"x", {2, 3, 8, 8}}})->plan()), ops);

  EngineData elsewhere = built.data;
  elsewhere.plans[0].architecture = "avx1024";
  writeEngine(elsewhere, folder.file("elsewhere.ridge"));
  EXPECT_EQ(opsOf(loadEngine(folder.file("elsewhere.ridge")).plans->first()->plan()), ops);

  const auto memory = implementationOf(std::move(built));
  EXPECT_EQ(opsOf(memory->plans->planFor({{"x", {2, 3, 8, 8}}})->plan()), ops);
}

TEST(Load, FilesAreToldApartByContent) {
  const TemporaryFolder folder;
  writeEngine(buildTour().data, folder.file("engine.onnx"));
  EXPECT_EQ(kindOfFile(folder.file("engine.onnx")), FileKind::engine);
  EXPECT_EQ(kindOfFile("examples/cifar10_resnet20.onnx"), FileKind::model);
  expectError(ErrorCode::input, "nothing.ridge", [&] { kindOfFile(folder.file("nothing.ridge")); });
}

}  // namespace
}  // namespace ridge::test
