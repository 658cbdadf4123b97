// Decisions by step, and the tables made of them.
#include "analyze/explain/overview.h"
#include "analyze/explain/sentences.h"
#include "analyze/explain/story.h"
#include "explain_testing.h"
#include "support/control_network.h"
#include "unit/quantized/quantized_testing.h"

namespace ridge::test {
namespace {

using analyze::Explanation;
using analyze::ofKind;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> rowOf(const analyze::Rows& rows, const std::string& first) {
  for (const auto& row : rows)
    if (row.front() == first) return row;
  return {};
}

TEST(Explain, EveryStepOfTheTourHasAReason) {
  const BuildResult built = buildTour();
  const Explanation explanation = explained(built);
  EXPECT_EQ(explanation.steps.size(), built.data.plans[0].steps.size());
  const analyze::Rows rows = stepRows(explanation);
  ASSERT_EQ(rows.size(), explanation.steps.size() + 1);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), rows.front().size());
    EXPECT_FALSE(row.back().empty()) << row.front();
    EXPECT_NE(row.back(), "not recorded") << row.front();
  }
  EXPECT_THAT(rowOf(rows, "stem")[5], StartsWith("cost model: "));
}

TEST(Explain, EstimatesAmongMeasuredTimesAreMarked) {
  BuildResult built = buildTour();
  EXPECT_FALSE(mixesTimes(explained(built)));
  EXPECT_NE(stepRows(explained(built))[1][3][0], '~');
  std::vector<Step>& steps = built.data.plans[0].steps;
  steps[0].measuredNs = 12345;
  const Explanation explanation = explained(built);
  EXPECT_TRUE(mixesTimes(explanation));
  EXPECT_EQ(stepRows(explanation)[1][3], "12.3");
  EXPECT_EQ(stepRows(explanation)[2][3][0], '~');
}

TEST(Explain, StepsOfBodiesStandBelowTheStepThatRunsThem) {
  const BuildResult built = buildModel(modelOf(controlNetwork()), "control", plainOptions());
  const Explanation explanation = explained(built);
  size_t inside = 0;
  for (size_t at = 0; at < explanation.steps.size(); ++at) {
    inside += explanation.steps[at].depth == 1;
    if (explanation.steps[at].step->control) {
      ASSERT_LT(at + 1, explanation.steps.size());
      EXPECT_EQ(explanation.steps[at + 1].depth, 1);
      EXPECT_EQ(whyChosen(explanation.steps[at]), "runs its bodies");
    }
  }
  EXPECT_GT(inside, 4U);
  // Their decisions are those of their own plans.
  for (const auto& step : explanation.steps)
    for (const Decision& decision : ofKind(step.decisions, DecisionKind::tried))
      EXPECT_EQ(decision.subject, step.step->name);
}

TEST(Explain, IntegerRegionsRunInInt8AsTheModelAsks) {
  QdqMaker m;
  const ValueId x =
      m.dq(m.q(m.input("x", {1, 8, 8, 8}), DType::u8, 0.02F, 128, "xq"), DType::u8, 0.02F, 128, "xf");
  const ValueId w = m.dqWeights("w", randomBytes(DType::i8, {8, 8, 3, 3}, 5), Floats(8, 0.004F));
  const ValueId sum = m.node(ops::conv, {x, w}, "conv", {{"pads", Ints{1, 1, 1, 1}}});
  m.output("y", m.dq(m.q(sum, DType::u8, 0.05F, 100, "yq"), DType::u8, 0.05F, 100, "yf"));
  const BuildResult built = buildFor(m);
  const Explanation explanation = explained(built);
  int integers = 0;
  for (const auto& step : explanation.steps) {
    const bool isConv = step.step->ops.front() == "ridge.qconv";
    if (!isConv) continue;
    ++integers;
    EXPECT_EQ(step.given, "int8");
    EXPECT_EQ(step.asked, "int8");
    EXPECT_EQ(ofKind(step.decisions, DecisionKind::precision).size(), 1U);
  }
  EXPECT_EQ(integers, 1);
}

TEST(Explain, WithoutQuantizationEverythingRunsAsAsked) {
  const BuildResult built = buildTour();
  for (const auto& step : explained(built).steps) {
    EXPECT_EQ(step.given, "fp32") << step.step->name;
    EXPECT_EQ(step.asked, "fp32") << step.step->name;
  }
}

TEST(Explain, FallbacksIslandsAndReformatsAreRemarked) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId lrn = m.node(ops::lrn, {convOf(m, x, "conv", 16)}, "lrn", {{"size", int64_t{3}}});
  m.output("y", lrn);
  m.output("places", m.node(ops::nonZero, {lrn}, "found"));
  const BuildResult built = buildFor(m);
  const std::vector<std::string> lines = remarks(explained(built));
  EXPECT_THAT(lines,
              Contains(AllOf(HasSubstr("1 reformat, "), HasSubstr("KiB"), HasSubstr("us (cost model)"))));
  EXPECT_THAT(lines, Contains(HasSubstr("lrn (LRN) falls back to the reference kernels: there is no other")));
  EXPECT_THAT(lines, Contains(HasSubstr("found: NonZero makes results")));
}

TEST(Explain, WhatIsFusedElsewhereIsNoLoss) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId first = convOf(m, x, "first", 16), second = convOf(m, x, "second", 16);
  const ValueId sum = m.node(ops::add, {first, second}, "sum");
  m.output("y", m.node(ops::cast, {sum}, "cast", {{"to", int64_t{7}}}));
  const BuildResult built = buildFor(m);
  const Explanation explanation = explained(built);
  EXPECT_THAT(rowOf(notFusedRows(explanation), "first"), IsEmpty());
  EXPECT_EQ(rowOf(notFusedRows(explanation), "second")[1], "cast");
  EXPECT_THAT(storyOf(explanation, stepNamed(explanation, "first")).sentences,
              Contains("sum follows, but is computed with second instead: it also reads second, which is "
                       "computed later."));
}

TEST(Explain, PassesAreCounted) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId a = m.node(ops::identity, {m.node(ops::identity, {x}, "same")}, "again");
  m.output("y", convOf(m, a, "conv", 16));
  const BuildResult built = buildFor(m);
  EXPECT_THAT(rowOf(passRows(explained(built)), "no_op"), ElementsAre("no_op", "2", "0"));
}

TEST(Explain, NamesAreEscaped) {
  GraphMaker m;
  const ValueId pool =
      m.node(ops::maxPool, {m.input("x", {1, 8, 8, 8})}, "po\x1b[2Jol", {{"kernel_shape", Ints{2, 2}}});
  m.output("y", m.node(ops::relu, {pool}, "ac\nt"));
  const BuildResult built = buildFor(m);
  const Explanation explanation = explained(built);
  for (const auto& rows : {stepRows(explanation), notFusedRows(explanation), passRows(explanation)})
    for (const auto& row : rows)
      for (const std::string& cell : row) {
        EXPECT_EQ(cell.find('\x1b'), std::string::npos) << cell;
        EXPECT_EQ(cell.find('\n'), std::string::npos) << cell;
      }
  EXPECT_EQ(notFusedRows(explanation).size(), 2U);
}

Decision way(const std::string& what, double estimate, double measured, bool chosen) {
  Decision made;
  made.kind = DecisionKind::tried;
  made.what = what;
  made.estimateNs = estimate;
  made.measuredNs = measured;
  made.chosen = chosen;
  return made;
}

TEST(Explain, ReasonsCompareWithTheNextBest) {
  Step step;
  analyze::ExplainedStep at{nullptr, &step};
  EXPECT_EQ(whyChosen(at), "not recorded");
  at.decisions = {way("cpu.a", 9000, 0, true)};
  EXPECT_EQ(whyChosen(at), "only one offered");
  at.decisions = {way("cpu.a", 9000, 0, true), way("cpu.b", 11000, 0, false), way("cpu.c", 10000, 0, false)};
  EXPECT_EQ(whyChosen(at), "cost model: 9.0 us, next best cpu.c 10.0 us");
  at.decisions = {way("cpu.a", 9000, 41200, true), way("cpu.b", 1000, 55000, false)};
  EXPECT_EQ(whyChosen(at), "measured 41.2 us, next best cpu.b 55.0 us");
  at.decisions = {way("cpu.a", 9000, 41200, true), way("cpu.b", 1000, 40000, false)};
  EXPECT_THAT(whyChosen(at), HasSubstr("cpu.b 40.0 us, but in another order"));
}

TEST(Explain, ListsAreCut) {
  const std::vector<std::string> names{"a", "b", "c", "d"};
  EXPECT_EQ(analyze::listed(std::span(names).first(1)), "a");
  EXPECT_EQ(analyze::listed(std::span(names).first(2)), "a and b");
  EXPECT_EQ(analyze::listed(names), "a, b, c and d");
  EXPECT_EQ(analyze::listed(names, 2), "a, b and 2 more");
}

}  // namespace
}  // namespace ridge::test
