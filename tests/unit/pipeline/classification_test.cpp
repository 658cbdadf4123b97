#include "pipeline/classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "support.h"

namespace ridge::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Tensor row(std::vector<float> scores, Dims dims = {}) {
  if (dims.empty()) dims = {1, std::ssize(scores)};
  return Tensor::of(std::move(dims), std::span<const float>(scores));
}

TEST(Classification, BestFirstTiesToTheLowerIndex) {
  EXPECT_THAT(topClasses(row({1, 5, 3, 5, -1, 3}), 4), ElementsAre(1, 3, 2, 5));
  EXPECT_THAT(topClasses(row({0.0F, -0.0F}), 1), ElementsAre(0));
  EXPECT_THAT(topClasses(row({2, 1}), 5), ElementsAre(0, 1));
}

TEST(Classification, NaNNeverWins) {
  EXPECT_THAT(topClasses(row({kNaN, -kInfinity, 2, kNaN, kInfinity}), 5), ElementsAre(4, 2, 1));
  EXPECT_THAT(topClasses(row({kNaN, kNaN}), 5), IsEmpty());
}

TEST(Classification, ShapesWithOneLongAxis) {
  for (const Dims& dims : {Dims{3}, Dims{1, 3}, Dims{1, 3, 1, 1}, Dims{1, 1, 1, 3}})
    EXPECT_THAT(topClasses(row({1, 3, 2}, dims), 1), ElementsAre(1));
  EXPECT_THAT(topClasses(row({7}, {1, 1}), 5), ElementsAre(0));
  EXPECT_EQ(errorOf([] { topClasses(row({1, 2, 3, 4}, {2, 2}), 1); }).code(), ErrorCode::input);
  EXPECT_EQ(errorOf([] { topClasses(Tensor::allocate(DType::f32, {1, 0}), 1); }).code(), ErrorCode::input);
}

TEST(Classification, CountsTopOneAndTopFive) {
  ClassificationMetric metric({"", 1});
  const Tensor scores = row({0, 10, 9, 8, 7, 6, 5});  // best 1, 2, 3, 4, 5
  for (int64_t label : {0, 1, 4, 5}) metric.add(scores, label);
  metric.add(scores, std::nullopt);
  metric.add(row({kNaN, kNaN}), 0);
  EXPECT_EQ(metric.counts().samples, 6);
  EXPECT_EQ(metric.counts().labelled, 5);
  EXPECT_EQ(metric.counts().correctTop1, 1);
  EXPECT_EQ(metric.counts().correctTop5, 3);
}

TEST(Classification, LabelsOutsideOfTheOutputAreErrors) {
  ClassificationMetric up({"", 1}), down({"", -1});
  EXPECT_EQ(errorOf([&] { up.add(row({1, 2, 3}), 2); }).code(), ErrorCode::input);
  EXPECT_EQ(errorOf([&] { down.add(row({1, 2, 3}), 0); }).code(), ErrorCode::input);
  EXPECT_EQ(up.counts().samples, 0);
}

}  // namespace
}  // namespace ridge::pipeline
