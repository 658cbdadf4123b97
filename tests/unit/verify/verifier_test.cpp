// A plan is proven, and one that is wrong is not.
#include "verify/verifier.h"

#include <set>

#include "support/expect_error.h"
#include "support/tour_engine.h"
#include "verify/conditioning.h"

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
    for (const Verdict& verdict : report.regions)
      EXPECT_EQ(verdict.outcome == Outcome::passed, verdict.name != layer);
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

TEST_F(Verifier, AnEngineOfAnotherModelIsRefused) {
  EngineData other = built_.data;
  other.plans[0].outputs[0].name = "elsewhere";
  expectError(ErrorCode::input, "other inputs or outputs", [&] { verify(other); });
  // The same names, for pictures of another size.
  Graph larger = built_.imported.graph;
  larger.value(larger.inputs()[0]).shape = Shape({Dim::symbol("N"), 3, 16, 16});
  expectError(ErrorCode::input, "other inputs or outputs",
              [&] { requireSameModel(larger, built_.data.plans[0]); });
}

TEST_F(Verifier, ReportsOfSeveralRunsKeepTheWorstAndAllThatWasNotChecked) {
  VerifyReport all = verify(built_.data), next = verify(built_.data, VerifyMode::sample);
  EngineData bad = built_.data;
  corrupt(bad, "stem", 0.5F);
  const size_t unchecked = std::set<std::string>(next.unchecked.begin(), next.unchecked.end()).size();
  all.merge(std::move(next));
  EXPECT_EQ(all.unchecked.size(), unchecked);
  all.merge(verify(bad));
  all.merge(verify(built_.data));
  EXPECT_FALSE(all.passed);
  EXPECT_EQ(all.failure().substr(0, 5), "stem:");
}

/// A plan whose steps are joined by copies: x goes to one half, relu(x) to the other.
TEST(VerifyCopies, ACopyThatLeavesElementsOutIsSeen) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 3});
  m.output("y", m.node(ops::concat, {x, m.node(ops::relu, {x}, "relu")}, "joined", {{"axis", int64_t{1}}}));
  BuildResult built = buildModel(modelOf(m.finish()), "copies", plainOptions());
  const NamedInputs inputs{{"x", someNumbers({1, 4, 3}, 1)}};
  const auto verify = [&] {
    const Graph& imported = built.imported.graph;
    return verifyPlan(imported, Truth(imported, inputs), built.lowered[0], makeExecutable(built.data, 0),
                      inputs, VerifyMode::full);
  };
  EXPECT_TRUE(verify().passed) << verify().failure();
  int changed = 0;
  for (Step& step : built.data.plans[0].steps)
    if (step.kernel.tactic == "copy") {
      // The first half is copied from itself: nothing arrives.
      step.kernel.in[0] = step.kernel.out[0];
      ++changed;
    }
  ASSERT_GT(changed, 0);
  const VerifyReport report = verify();
  const auto wrong = [](const Verdict& verdict) { return verdict.outcome == Outcome::failed; };
  EXPECT_TRUE(std::any_of(report.regions.begin(), report.regions.end(), wrong));

  // Another model's engine may fill a part of an array that this one does not have.
  for (PlannedValue& value : built.data.plans[0].values)
    if (value.name != "x") value.name = "other " + value.name;
  EXPECT_EQ(verify().unchecked.size(), built.data.plans[0].steps.size());
}

/// A model of one node on these numbers, whose result is wrong by `error` in its last element.
Outcome outcomeOf(GraphMaker& m, const Floats& numbers, float error) {
  const Dims dims{1, static_cast<int64_t>(numbers.size())};
  Graph lowered = m.finish();
  for (ValueId id : lowered.inputs()) lowered.value(id).source = lowered.value(id).name;
  const NamedInputs inputs{{"x", Tensor::of(dims, std::span<const float>(numbers))}};
  const Truth truth(lowered, inputs);
  LoweredTruth loweredTruth(lowered, truth);
  const ValueId result = lowered.outputs()[0].value;
  const Tensor want = truth.outputs()[0];
  std::vector<double> values = toDoubles(want);
  values.back() += error;
  const Tensor got = fromDoubles(DType::f32, want.dims(), values);
  RoundingSlack slack(lowered, loweredTruth, {*lowered.find("x")}, 8);
  return slack.covers(result, got) ? Outcome::passed : Outcome::failed;
}

TEST(RoundingSlack, SumsThatCancelAreForgivenTheirRounding) {
  const auto product = [](float error) {
    GraphMaker m;
    const ValueId x = m.input("x", {1, 3});
    m.output("y", m.node(ops::matMul, {x, m.floats("w", {3, 1}, {1, 1, 1})}, "y_raw"));
    return outcomeOf(m, {1e8F, -1e8F, 1}, error);
  };
  EXPECT_EQ(product(8), Outcome::passed);
  EXPECT_EQ(product(1000), Outcome::failed);
}

TEST(RoundingSlack, WhatFollowsTheSumScalesItsRounding) {
  const auto product = [](float error) {
    GraphMaker m;
    const ValueId x = m.input("x", {1, 3});
    const ValueId sum = m.node(ops::matMul, {x, m.floats("w", {3, 1}, {1, 1, 1})}, "sum");
    m.output("y", m.node(ops::mul, {sum, m.scalar("scale", 1e-3F)}, "y_raw"));
    return outcomeOf(m, {1e8F, -1e8F, 1}, error);
  };
  EXPECT_EQ(product(8e-3F), Outcome::passed);
  EXPECT_EQ(product(8), Outcome::failed);
}

// Scores of which 20,000 cancel: their error moves the weights.
TEST(RoundingSlack, ScoresOfAnAttentionAreSums) {
  const auto attention = [](float error) {
    GraphMaker m;
    const ValueId keys = m.floats("keys", {2, 2}, {10, -10, 0, 0});
    const ValueId values = m.floats("values", {2, 1}, {1, -1});
    m.output("y", m.node(ops::dotAttention, {m.input("x", {1, 2}), keys, values}, "y_raw"));
    return outcomeOf(m, {1000, 1000}, error);
  };
  EXPECT_EQ(attention(1e-3F), Outcome::passed);
  EXPECT_EQ(attention(0.1F), Outcome::failed);
}

// One element of 1e8 is no excuse for the others where nothing is added.
TEST(RoundingSlack, RegionsThatAddNothingAreForgivenNothing) {
  for (const Op* op : {&ops::softmax, &ops::relu}) {
    GraphMaker m;
    m.output("y", m.node(*op, {m.input("x", {1, 3})}, "y_raw"));
    EXPECT_EQ(outcomeOf(m, {1e8F, 1, 2}, 1), Outcome::failed);
  }
  GraphMaker m;
  m.output("y", m.node(ops::transpose, {m.input("x", {1, 3})}, "y_raw"));
  EXPECT_EQ(outcomeOf(m, {1e8F, 1, 2}, 1), Outcome::failed);
}

TEST_F(Verifier, ABuildVerifiesEveryPlan) {
  BuildOptions options = plainOptions();
  options.verify = VerifyMode::full;
  options.shapes = {{}, {.shapes = {}, .dims = {}, .batch = 2}};
  const BuildResult built = buildModel(modelOf(tourNetwork()), "tour", options);
  EXPECT_TRUE(built.verified);
  EXPECT_EQ(built.verification.outputs.at(0).dims, (Dims{2, 16, 4, 4}));
  EXPECT_EQ(built.data.fact("verified"), "full");
}

TEST(JudgeOutput, OtherShapesAreWrong) {
  EXPECT_EQ(judgeOutput("y", someNumbers({2, 3}, 1), someNumbers({3, 2}, 1)).outcome, Outcome::failed);
  EXPECT_EQ(judgeOutput("y", someNumbers({2, 3}, 1), someNumbers({2, 3}, 1)).outcome, Outcome::passed);
}

}  // namespace
}  // namespace ridge::test
