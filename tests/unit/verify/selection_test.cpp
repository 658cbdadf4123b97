// What a network selected is compared as a set.
#include "verify/selection.h"

#include <gtest/gtest.h>

#include <numeric>

#include "ops/ops.h"
#include "support/graph_maker.h"
#include "verify/verifier.h"

namespace ridge::test {
namespace {

Tensor floats(Dims dims, std::vector<float> values) {
  return Tensor::of(std::move(dims), std::span<const float>(values));
}
Tensor integers(Dims dims, std::vector<int64_t> values) {
  return Tensor::of(std::move(dims), std::span<const int64_t>(values));
}

/// x -> `op` -> indices, x plain; the output that `op` gives is the first.
Graph selecting(const Op& op) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 6});
  m.output("selected", m.node(op, {x}, "selecting"));
  m.output("plain", m.node(ops::relu, {x}, "plain"));
  return m.finish();
}

/// The three largest of six, twice.
Graph indices() {
  GraphMaker m;
  const auto top =
      m.nodeWithOutputs(ops::topK, {m.input("x", {2, 6}), m.ints("k", {3})}, {"values", "indices"});
  m.output("indices", top[1]);
  m.output("values", top[0]);
  return m.finish();
}

/// Boxes, scores and classes that a NonZero has chosen.
Graph detector() {
  GraphMaker m;
  const ValueId found = m.node(ops::nonZero, {m.input("x", {6})}, "found");
  const ValueId places = m.node(ops::reshape, {found, m.ints("flat", {-1})}, "places");
  m.output("boxes", m.node(ops::gather, {m.input("all_boxes", {6, 4}), places}, "boxes"));
  m.output("scores", m.node(ops::gather, {m.input("all_scores", {6}), places}, "scores"));
  m.output("classes", m.node(ops::gather, {m.input("all_classes", {6}, DType::i64), places}, "classes"));
  return m.finish();
}

std::vector<Tensor> detections(const std::vector<size_t>& order, float moved = 0) {
  const float corners[5][4] = {
      {0, 0, 9, 9}, {1, 2, 30, 40}, {5, 5, 60, 60}, {50, 50, 99, 99}, {0, 7, 8, 100}};
  std::vector<float> boxes, scores;
  std::vector<int64_t> classes;
  for (size_t at : order) {
    for (float corner : corners[at]) boxes.push_back(corner + moved);
    scores.push_back(0.9f - 0.1f * static_cast<float>(at));
    classes.push_back(static_cast<int64_t>(at % 3));
  }
  const auto count = static_cast<int64_t>(order.size());
  return {floats({count, 4}, boxes), floats({count}, scores), integers({count}, classes)};
}

TEST(Selection, OutputsThatSelectNothingAreNoSets) {
  const auto shares = matchedShares(selecting(ops::argMax), {integers({2}, {1, 2}), floats({2}, {1, 2})},
                                    {integers({2}, {1, 2}), floats({2}, {1, 2})});
  EXPECT_EQ(shares[0], 1.0);
  EXPECT_EQ(shares[1], std::nullopt);
}

TEST(Selection, TheOrderOfDetectionsIsFree) {
  const auto want = detections({0, 1, 2, 3, 4});
  for (const auto& share : matchedShares(detector(), detections({0, 2, 1, 4, 3}), want))
    EXPECT_EQ(share, 1.0);
  for (const auto& share : matchedShares(detector(), detections({0, 1, 2, 3, 4}, 0.05f), want))
    EXPECT_EQ(share, 1.0);
}

TEST(Selection, RowsOfAllOutputsBelongTogether) {
  const auto want = detections({0, 1, 2, 3, 4});
  auto got = want;
  got[1] = detections({1, 0, 2, 3, 4})[1];  // two boxes have each other's score
  for (const auto& share : matchedShares(detector(), got, want)) EXPECT_EQ(share, 0.6);
  got = want;
  got[2] = integers({5}, {0, 1, 2, 0, 2});
  for (const auto& share : matchedShares(detector(), got, want)) EXPECT_EQ(share, 0.8);
  for (const auto& share : matchedShares(detector(), detections({0, 1, 2, 3, 4}, 5), want))
    EXPECT_EQ(share, 0.0);
}

TEST(Selection, MissingAndSuperfluousRowsCount) {
  const auto five = detections({0, 1, 2, 3, 4}), four = detections({0, 2, 3, 4}), none = detections({});
  for (const auto& share : matchedShares(detector(), four, five)) EXPECT_EQ(share, 0.8);
  for (const auto& share : matchedShares(detector(), five, four)) EXPECT_EQ(share, 0.8);
  for (const auto& share : matchedShares(detector(), none, five)) EXPECT_EQ(share, 0.0);
  for (const auto& share : matchedShares(detector(), none, none)) EXPECT_EQ(share, 1.0);
}

TEST(Selection, APartnerIsTakenOnce) {
  const auto share = matchedShares(detector(), detections({0, 0, 0, 0, 0}), detections({0, 1, 2, 3, 4}));
  EXPECT_EQ(share[0], 0.2);
}

TEST(Selection, EveryBatchItemHasItsOwnSet) {
  const Graph graph = indices();
  const Tensor values = floats({2, 3}, {1, 1, 1, 1, 1, 1});
  const auto share = [&](const Tensor& got, const Tensor& want) {
    return matchedShares(graph, {got, values}, {want, values})[0];
  };
  const Tensor want = integers({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(share(integers({2, 3}, {3, 1, 2, 4, 6, 5}), want), 1.0);
  EXPECT_EQ(share(integers({2, 3}, {4, 5, 6, 1, 2, 3}), want), 0.0);
}

TEST(Selection, TheOrderOfArgMaxCounts) {
  const Graph graph = selecting(ops::argMax);
  const Tensor want = integers({4}, {3, 1, 2, 0}), got = integers({4}, {1, 3, 2, 0});
  EXPECT_EQ(matchedShares(graph, {got, got}, {want, want})[0], 0.5);
}

TEST(Selection, OtherTypesAndRanksMatchNothing) {
  const auto want = detections({0, 1});
  auto got = want;
  got[0] = floats({8}, {0, 1, 2, 3, 4, 5, 6, 7});
  got[1] = integers({2}, {1, 0});
  const auto shares = matchedShares(detector(), got, want);
  EXPECT_EQ(shares[0], 0.0);
  EXPECT_EQ(shares[1], 0.0);
}

TEST(Selection, OutputsAreJudgedAsSetsWhereTheyFailAsNumbers) {
  const auto want = detections({0, 1, 2, 3, 4});
  for (const Verdict& verdict : judgeOutputs(detector(), detections({1, 0, 2, 3, 4}), want)) {
    EXPECT_EQ(verdict.outcome, Outcome::passed);
    EXPECT_NE(verdict.note.find("as a set"), std::string::npos);
  }
  for (const Verdict& verdict : judgeOutputs(detector(), want, want)) EXPECT_EQ(verdict.note, "");
  for (const Verdict& verdict : judgeOutputs(detector(), detections({1, 0, 2, 3}), want))
    EXPECT_EQ(verdict.outcome, Outcome::failed);
}

}  // namespace
}  // namespace ridge::test
