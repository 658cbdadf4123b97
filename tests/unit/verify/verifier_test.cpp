// A plan is proven, and one that is wrong is not.
#include "verify/verifier.h"

#include "support/tour_engine.h"

namespace ridge::test {
namespace {

class Verifier : public testing::Test {
 protected:
  Verifier() : built_(buildTour()), inputs_{{"x", someNumbers({1, 3, 8, 8}, 1)}} {}

  VerifyReport verify(const EngineData& data, VerifyMode mode = VerifyMode::full) {
    const Graph& imported = built_.imported.graph;
    return verifyPlan(imported, Truth(imported, inputs_), built_.lowered[0], makeExecutable(data, 0), inputs_,
                      mode);
  }

  Step& stepNamed(EngineData& data, const std::string& name) {
    for (Step& step : data.plans[0].steps)
      if (step.name == name) return step;
    throw std::runtime_error("no step " + name);
  }

  /// Adds `change` to one packed weight of a layer, in the middle of the kernel: one at its corner may only
  /// ever meet padding and activations that are zero, which no run on one input can see.
  void corrupt(EngineData& data, const std::string& layer, float change) {
    Tensor& blob =
        data.weights[static_cast<size_t>(stepNamed(data, layer).kernel.packed.at(0).at.index)].bytes;
    const auto packed = blob.as<float>();
    std::vector<float> values(packed.begin(), packed.end());
    for (size_t at = values.size() / 2; at < values.size(); ++at)
      if (values[at] != 0) {
        values[at] += change;
        break;
      }
    blob = Tensor::of(blob.dims(), std::span<const float>(values));
  }

  BuildResult built_;
  NamedInputs inputs_;
};

TEST_F(Verifier, EveryRegionAndOutputOfAGoodPlanPasses) {
  const VerifyReport report = verify(built_.data);
  EXPECT_TRUE(report.passed) << report.failure();
  EXPECT_EQ(report.failure(), "");
  EXPECT_EQ(report.outputs.size(), 2U);
  EXPECT_GE(report.regions.size(), built_.data.plans[0].steps.size());
  EXPECT_TRUE(report.unchecked.empty());
  EXPECT_GE(report.worstRegionDb, kRegionDb);
  for (const Verdict& verdict : report.regions) EXPECT_FALSE(verdict.kernel.empty());
}

TEST_F(Verifier, OneWrongWeightFailsItsLayerAndNoOther) {
  for (const std::string layer : {"stem", "inner", "depthwise", "excite"}) {
    EngineData bad = built_.data;
    corrupt(bad, layer, 0.5F);
    const VerifyReport report = verify(bad);
    EXPECT_FALSE(report.passed) << layer;
    EXPECT_EQ(report.failure().substr(0, layer.size() + 1), layer + ":") << report.failure();
    EXPECT_NE(report.failure().find("channel"), std::string::npos) << report.failure();
    for (const Verdict& verdict : report.regions) EXPECT_EQ(verdict.passed, verdict.name != layer);
  }
}

// The smallest error that matters: a hundredth of a percent of one weight.
TEST_F(Verifier, ASmallErrorInOneWeightIsSeen) {
  EngineData bad = built_.data;
  corrupt(bad, "inner", 1e-4F);
  const VerifyReport report = verify(bad);
  EXPECT_FALSE(report.passed);
  EXPECT_EQ(report.failure().substr(0, 6), "inner:") << report.failure();
}

TEST_F(Verifier, AWeightThatIsNotANumberIsSeen) {
  EngineData bad = built_.data;
  corrupt(bad, "left", std::numeric_limits<float>::quiet_NaN());
  const VerifyReport report = verify(bad);
  EXPECT_FALSE(report.passed);
  EXPECT_NE(report.failure().find("not finite"), std::string::npos) << report.failure();
}

TEST_F(Verifier, AWrongPlanIsSeenWhereItIsWrong) {
  EngineData bad = built_.data;
  // The pool of another window: same shape, other numbers.
  stepNamed(bad, "pool").kernel.params[0] ^= 1;
  const VerifyReport report = verify(bad);
  EXPECT_FALSE(report.passed);
  EXPECT_EQ(report.failure().substr(0, 5), "pool:") << report.failure();
}

TEST_F(Verifier, SampleListsWhatItDidNotCheck) {
  const VerifyReport report = verify(built_.data, VerifyMode::sample);
  EXPECT_TRUE(report.passed);
  const size_t steps = built_.data.plans[0].steps.size();
  EXPECT_EQ(report.unchecked.size(), steps - (steps + 9) / 10);
  EXPECT_EQ(report.outputs.size(), 2U);
}

TEST_F(Verifier, ValuesThatTheLoweredGraphDoesNotKnowAreUnchecked) {
  EngineData other = built_.data;
  for (PlannedValue& value : other.plans[0].values)
    if (value.name.find("pool") == 0) value.name = "renamed";
  const VerifyReport report = verify(other);
  EXPECT_FALSE(report.unchecked.empty());
  for (const std::string& entry : report.unchecked)
    EXPECT_NE(entry.find("renamed"), std::string::npos) << entry;
}

TEST_F(Verifier, ABuildVerifiesEveryPlan) {
  BuildOptions options = plainOptions();
  options.verify = VerifyMode::full;
  options.shapes = {{}, {.shapes = {}, .dims = {}, .batch = 2}};
  const BuildResult built = buildModel(modelOf(tourNetwork()), "tour", options);
  EXPECT_TRUE(built.verified);
  EXPECT_EQ(built.verification.outputs.at(0).dims, (Dims{2, 16, 4, 4}));
  EXPECT_EQ(built.data.fact("verified"), "yes");
}

TEST(JudgeOutput, OtherShapesAreWrong) {
  EXPECT_FALSE(judgeOutput("y", someNumbers({2, 3}, 1), someNumbers({3, 2}, 1)).passed);
  EXPECT_TRUE(judgeOutput("y", someNumbers({2, 3}, 1), someNumbers({2, 3}, 1)).passed);
}

}  // namespace
}  // namespace ridge::test
