// Every decision leaves a reason: small graphs, and what their plans say of themselves.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "api/pass_decisions.h"
#include "base/text.h"
#include "plan/timing_cache.h"
#include "plan_testing.h"
#include "support/temporary_folder.h"

namespace ridge::test {
namespace {

/// The first decision of this kind with a subject, object and sentence that match.
const Decision* said(const std::vector<Decision>& decisions, DecisionKind kind, const std::string& subject,
                     const std::string& what, const std::string& sentence = "*") {
  for (const Decision& decision : decisions)
    if (decision.kind == kind && matchesGlob(subject, decision.subject) && matchesGlob(what, decision.what) &&
        matchesGlob(sentence, decision.sentence))
      return &decision;
  return nullptr;
}

std::string all(const std::vector<Decision>& decisions) {
  std::string text;
  for (const Decision& decision : decisions)
    text += std::string(name(decision.kind)) + " | " + decision.subject + " | " + decision.what + " | " +
            decision.sentence + "\n";
  return text;
}

void expectSaid(const Plan& plan, DecisionKind kind, const std::string& subject, const std::string& what,
                const std::string& sentence = "*") {
  EXPECT_TRUE(said(plan.decisions, kind, subject, what, sentence)) << all(plan.decisions);
}

TEST(Decisions, ASecondConsumerKeepsTheInnerValue) {
  GraphMaker m;
  const ValueId sum = conv(m, m.input("x", {1, 8, 8, 8}), "conv", 8, 8);
  m.output("y", m.node(ops::relu, {sum}, "act"));
  m.output("z", m.node(ops::globalAveragePool, {sum}, "pool"));
  expectSaid(planFor(m), DecisionKind::kept, "conv", "conv", "pool reads it too");
}

TEST(Decisions, AnOutputInTheMiddleIsKept) {
  GraphMaker m;
  const ValueId sum = conv(m, m.input("x", {1, 8, 8, 8}), "conv", 8, 8);
  m.output("middle", sum);
  m.output("y", m.node(ops::relu, {sum}, "act"));
  expectSaid(planFor(m), DecisionKind::kept, "conv", "conv", "it is an output of the network");
}

TEST(Decisions, AnOperandThatComesLaterKeepsANodeOut) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 8, 8});
  const ValueId first = conv(m, x, "first", 8, 8), second = conv(m, x, "second", 8, 8, 1);
  m.output("y", m.node(ops::add, {first, second}, "sum"));
  const Plan plan = planFor(m);
  expectPlan(plan, "+ second: Conv+Add *");
  expectSaid(plan, DecisionKind::notFused, "first", "sum", "it also reads second, which is computed later");
  EXPECT_FALSE(said(plan.decisions, DecisionKind::notFused, "second", "*")) << all(plan.decisions);
}

TEST(Decisions, ABroadcastThatGrowsTheResultIsNotFused) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 1, 1});
  const ValueId gate = conv(m, x, "conv", 8, 8, 1);
  m.output("y", m.node(ops::mul, {gate, m.input("map", {1, 8, 4, 4})}, "scaled"));
  expectSaid(planFor(m), DecisionKind::notFused, "conv", "scaled", "*another shape*");
}

TEST(Decisions, AKernelWithoutEpilogueSaysSo) {
  GraphMaker m;
  const ValueId pool =
      m.node(ops::maxPool, {m.input("x", {1, 8, 8, 8})}, "pool", {{"kernel_shape", Ints{2, 2}}});
  m.output("y", m.node(ops::exp, {m.node(ops::tanh, {pool}, "first")}, "second"));
  expectSaid(planFor(m), DecisionKind::notFused, "pool", "first",
             "pool does not take it: a pool has no epilogue (what follows it, 1 nodes, stays with it)");
}

TEST(Decisions, OtherTypesHaveNoExpression) {
  GraphMaker m;
  const ValueId sum = conv(m, m.input("x", {1, 8, 8, 8}), "conv", 8, 8);
  m.output("y", m.node(ops::cast, {sum}, "cast", {{"to", int64_t{7}}}));
  expectSaid(planFor(m), DecisionKind::notFused, "conv", "cast", "no kernel computes Cast*");
}

TEST(Decisions, ARegionHasALargestSize) {
  GraphMaker m;
  ValueId x = m.input("x", {4, 64});
  for (int at = 0; at < 30; ++at)
    x = m.node(at % 2 == 0 ? ops::tanh : ops::exp, {x}, "n" + std::to_string(at));
  m.output("y", x);
  expectSaid(planFor(m), DecisionKind::notFused, "n23", "n24", "one step holds no more than 24 nodes");
}

TEST(Decisions, AFallbackNamesItsCauses) {
  GraphMaker m;
  const ValueId a = m.input("a", {2, 3, 4}, DType::f64), b = m.input("b", {2, 4, 5}, DType::f64);
  const ValueId x = m.input("x", {1, 8, 8, 8});
  m.output("y", m.node(ops::matMul, {a, b}, "product"));
  m.output("z", m.node(ops::lrn, {x}, "lrn", {{"size", int64_t{3}}}));
  const Plan plan = planFor(m);
  expectSaid(plan, DecisionKind::fallback, "product", "", "falls back to the reference kernels");
  expectSaid(plan, DecisionKind::declined, "product", "matmul", "float32 only");
  expectSaid(plan, DecisionKind::fallback, "lrn", "", "*there is no other kernel for LRN");
}

TEST(Decisions, AReformatNamesItsStep) {
  GraphMaker m;
  m.output("y", conv(m, m.input("x", {1, 16, 8, 8}), "conv", 16, 16));
  const Plan plan = planFor(m);
  const Decision* found = said(plan.decisions, DecisionKind::reformat, "conv", "plain");
  ASSERT_TRUE(found) << all(plan.decisions);
  EXPECT_EQ(found->bytes, 16U * 64 * 4);
  EXPECT_GT(found->estimateNs, 0);
  ASSERT_GE(found->step, 0);
  EXPECT_EQ(plan.steps[static_cast<size_t>(found->step)].ops.front(), "reformat");
}

TEST(Decisions, AJoinIsInPlaceWhereItsPartsAreWrittenThere) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId joined = m.node(ops::concat, {conv(m, x, "left", 16, 16), conv(m, x, "right", 16, 16)},
                                "join", {{"axis", int64_t{1}}});
  m.output("y", conv(m, joined, "after", 16, 32));
  const Plan plan = planFor(m);
  const Decision* found = said(plan.decisions, DecisionKind::inPlace, "join", "");
  ASSERT_TRUE(found) << all(plan.decisions);
  EXPECT_EQ(found->step, -1);
}

TEST(Decisions, AJoinOfAnInputOfTheNetworkIsCopied) {
  GraphMaker m;
  const ValueId x = m.input("x", {4, 8}), other = m.input("other", {4, 8});
  const ValueId joined =
      m.node(ops::concat, {m.node(ops::exp, {x}, "exp"), other}, "join", {{"axis", int64_t{1}}});
  m.output("y", m.node(ops::softmax, {joined}, "soft"));
  const Plan plan = planFor(m);
  const Decision* found =
      said(plan.decisions, DecisionKind::copied, "join", "other", "*input of the network*");
  ASSERT_TRUE(found) << all(plan.decisions);
  EXPECT_EQ(found->bytes, 4U * 8 * 4);
  ASSERT_GE(found->step, 0);
  EXPECT_EQ(plan.steps[static_cast<size_t>(found->step)].name, "join");
}

TEST(Decisions, AReshapeIsAView) {
  GraphMaker m;
  const ValueId x = m.node(ops::exp, {m.input("x", {4, 8})}, "exp");
  m.output("y", m.node(ops::softmax, {m.node(ops::reshape, {x, m.ints("to", {8, 4})}, "turned")}, "soft"));
  expectSaid(planFor(m), DecisionKind::view, "turned", "", "*nothing is moved");
}

TEST(Decisions, AnIslandNamesItsCause) {
  GraphMaker m;
  const ValueId x = m.input("x", {4, 8});
  m.output("places", m.node(ops::nonZero, {m.node(ops::relu, {x}, "act")}, "found"));
  const Plan plan = planFor(m);
  const Decision* cause = said(plan.decisions, DecisionKind::island, "found", "", "NonZero makes results*");
  ASSERT_TRUE(cause) << all(plan.decisions);
  ASSERT_GE(cause->step, 0);
  EXPECT_EQ(plan.steps[static_cast<size_t>(cause->step)].kernel.tactic, "island");
}

TEST(Decisions, OfEveryStepExactlyOneChoiceWasTaken) {
  GraphMaker m;
  ValueId x = m.input("x", {1, 16, 16, 16});
  for (const std::string name : {"a", "b", "c"})
    x = m.node(ops::relu, {conv(m, x, name, 16, 16)}, name + "_relu");
  m.output("y", m.node(ops::globalAveragePool, {x}, "pool"));
  const Plan plan = planFor(m);
  std::vector<int> taken(plan.steps.size(), 0);
  for (const Decision& decision : plan.decisions) {
    if (decision.kind != DecisionKind::tried) continue;
    ASSERT_GE(decision.step, 0);
    EXPECT_EQ(decision.subject, plan.steps[static_cast<size_t>(decision.step)].name);
    taken[static_cast<size_t>(decision.step)] += decision.chosen;
  }
  for (size_t at = 0; at < plan.steps.size(); ++at)
    EXPECT_EQ(taken[at], plan.steps[at].members.empty() ? 0 : 1) << plan.steps[at].name;
}

/// A cache that holds `ns` for every way to run `graph`.
void rememberTimes(const Graph& graph, TimingCache& cache, const std::map<std::string, int64_t>& ns) {
  const TemporaryFolder folder;
  PlanOptions options;
  options.backends = backendsFor("cpu");
  options.tune = Tune::fast;
  TimingCache real;
  options.cache = &real;
  WeightStore weights;
  makePlan(graph, options, weights);
  ASSERT_EQ(real.save(folder.file("times")), "");
  std::ifstream lines(folder.file("times"));
  for (std::string line; std::getline(lines, line);) {
    const std::string key = line.substr(line.find('\t') + 1);
    for (const auto& [part, time] : ns)
      if (key.find(part) != std::string::npos) cache.set(key, time);
  }
}

TEST(Decisions, TriedTacticsKeepTheirTimes) {
  GraphMaker m;
  m.output("y", conv(m, m.input("x", {1, 16, 8, 8}), "conv", 16, 16));
  Graph graph = m.finish();
  PassReport report;
  graph = lower(graph, {{"x", {1, 16, 8, 8}}}, {}, report);
  TimingCache cache;
  // Signatures end with the parameters, then the orders of inputs and outputs.
  rememberTimes(graph, cache, {{",1 c ", 900'000'000}, {",1 p ", 5'000}});
  ASSERT_EQ(cache.size(), 2U);
  PlanOptions options;
  options.backends = backendsFor("cpu");
  options.tune = Tune::fast;
  options.cache = &cache;
  WeightStore weights;
  const Plan plan = makePlan(graph, options, weights);
  const Decision* slow = said(plan.decisions, DecisionKind::tried, "conv", "cpu.conv_gemm channels-last");
  const Decision* fast = said(plan.decisions, DecisionKind::tried, "conv", "cpu.conv_gemm plain*");
  ASSERT_TRUE(slow && fast) << all(plan.decisions);
  EXPECT_EQ(slow->measuredNs, 900'000'000);
  EXPECT_EQ(fast->measuredNs, 5'000);
  EXPECT_FALSE(slow->chosen);
  EXPECT_TRUE(fast->chosen);
  EXPECT_GT(fast->estimateNs, 0);
}

TEST(Decisions, PassesNameTheSourceNodesThatTheyTookAway) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 8, 8});
  const ValueId shape = m.node(ops::shapeOf, {x}, "asked");
  const ValueId same = m.node(ops::identity, {m.node(ops::relu, {x}, "act")}, "same");
  const ValueId two = m.node(ops::add, {m.ints("one", {1, 1, 1, 1}), shape}, "two");
  m.output("y", m.node(ops::expand, {same, m.node(ops::sub, {two, m.ints("less", {1, 1, 1, 1})}, "three")},
                       "wide"));
  Graph graph = m.finish();
  PassReport report;
  runPasses(graph, portablePasses(), {}, report);
  const std::vector<Decision> decisions = decisionsOf(report);
  const auto removedBy = [&](const std::string& node) {
    for (const Decision& one : decisions)
      if (one.kind == DecisionKind::passApplied && std::count(one.nodes.begin(), one.nodes.end(), node) > 0)
        return one.subject;
    return std::string();
  };
  EXPECT_EQ(removedBy("same"), "no_op") << all(decisions);
  EXPECT_EQ(removedBy("asked"), "no_op") << "it fed only the Expand, which keeps the shape\n"
                                         << all(decisions);
  EXPECT_EQ(removedBy("act"), "");
}

TEST(Decisions, TheSameReportTwiceIsToldOnce) {
  PassReport report;
  report.patches.push_back({"no_op", {"a"}, "Identity removed", {"a"}});
  report.patches.push_back({"no_op", {"a"}, "Identity removed", {"a"}});
  report.patches.push_back({"no_op", {"b"}, "Identity removed", {"b"}});
  report.declined.push_back({"fold_constants", "c", "too large"});
  const std::vector<Decision> decisions = decisionsOf(report);
  ASSERT_EQ(decisions.size(), 3U);
  EXPECT_EQ(decisions[2].kind, DecisionKind::passDeclined);
  EXPECT_EQ(decisions[2].nodes, std::vector<std::string>{"c"});
}

TEST(Decisions, KindsHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (uint8_t kind = 0; kind < kDecisionKinds; ++kind) names.insert(name(static_cast<DecisionKind>(kind)));
  EXPECT_EQ(names.size(), kDecisionKinds);
}

}  // namespace
}  // namespace ridge::test
