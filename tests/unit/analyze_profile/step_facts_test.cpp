#include "analyze/profile/step_facts.h"

#include <gtest/gtest.h>

#include "plan/format.h"

namespace ridge::test {
namespace {

using namespace analyze;

ArraySpec arrayOf(Dims dims, Order order, DType type = DType::f32) {
  Dims strides = denseStrides(dims, order);
  return {type, std::move(dims), std::move(strides), {Space::arena, 0, 0}};
}

Step stepOf(std::vector<ArraySpec> in, std::vector<ArraySpec> out) {
  Step step;
  step.kernel.in = std::move(in);
  step.kernel.out = std::move(out);
  return step;
}

TEST(StepFacts, LayoutsHaveTheOrdersNames) {
  const ArraySpec plain = arrayOf({1, 3, 4, 5}, Order::plain),
                  last = arrayOf({1, 3, 4, 5}, Order::channelsLast);
  EXPECT_EQ(layoutOf(stepOf({plain}, {plain})), "plain");
  EXPECT_EQ(layoutOf(stepOf({last}, {last})), "channels-last");
  EXPECT_EQ(layoutOf(stepOf({plain}, {last})), "plain to channels-last");
  EXPECT_EQ(layoutOf(stepOf({}, {last})), "channels-last");
  EXPECT_EQ(layoutOf(stepOf({}, {})), "");
}

TEST(StepFacts, OnePixelTakesTheOtherSidesOrder) {
  const ArraySpec last = arrayOf({1, 3, 4, 5}, Order::channelsLast),
                  pixel = arrayOf({1, 3, 1, 1}, Order::plain);
  EXPECT_EQ(layoutOf(stepOf({last}, {pixel})), "channels-last");
  EXPECT_EQ(layoutOf(stepOf({pixel}, {last})), "channels-last");
}

TEST(StepFacts, PartsOfLargerArraysAreStrided) {
  ArraySpec part = arrayOf({1, 3, 4, 5}, Order::channelsLast);
  for (int64_t& stride : part.strides) stride *= 2;
  EXPECT_EQ(layoutOf(stepOf({part}, {part})), "strided");
  EXPECT_EQ(layoutOf(stepOf({part}, {arrayOf({1, 3, 4, 5}, Order::plain)})), "strided to plain");
}

TEST(StepFacts, ConstantsAreNotTheLayout) {
  ArraySpec weights = arrayOf({1, 3, 4, 5}, Order::plain);
  weights.at.space = Space::weights;
  const ArraySpec last = arrayOf({1, 3, 4, 5}, Order::channelsLast);
  EXPECT_EQ(layoutOf(stepOf({weights, last}, {last})), "channels-last");
}

TEST(StepFacts, PrecisionIsThatOfTheArithmetic) {
  Step step = stepOf({arrayOf({4}, Order::plain, DType::i8)}, {});
  EXPECT_EQ(precisionTextOf(step), "int8");
  EXPECT_EQ(arithmeticOf(step), Precision::fp32) << "it only moves";
  step.macs = 5;
  EXPECT_EQ(arithmeticOf(step), Precision::int8);
  EXPECT_EQ(precisionTextOf(stepOf({arrayOf({4}, Order::plain, DType::f64)}, {})), "fp64");
  EXPECT_EQ(precisionTextOf(stepOf({arrayOf({4}, Order::plain, DType::f16)}, {})), "fp32");
  EXPECT_EQ(precisionTextOf(stepOf({arrayOf({4}, Order::plain, DType::i64)}, {})), "int64");
}

}  // namespace
}  // namespace ridge::test
