// Accuracy and limits of the fixed sequences.
#include "base/elementary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "base/scalar_vec.h"

namespace ridge {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::numeric_limits<float>::quiet_NaN();

float exp32(float x) {
  return expSequence(ScalarVec{x}).v;
}
float log32(float x) {
  return logSequence(ScalarVec{x}).v;
}
float tanh32(float x) {
  return tanhSequence(ScalarVec{x}).v;
}
float erf32(float x) {
  return erfSequence(ScalarVec{x}).v;
}

/// Largest error, in units of the last place of the right answer, over every 2003rd float of [low, high].
double worstError(float (*got)(float), double (*want)(double), float low, float high) {
  double worst = 0;
  const auto visit = [&](float x) {
    const double right = want(static_cast<double>(x));
    const float rounded = std::fabs(static_cast<float>(right));
    const double unit = std::max(static_cast<double>(std::nextafter(rounded, kInf) - rounded), 0x1p-149);
    worst = std::max(worst, std::fabs(static_cast<double>(got(x)) - right) / unit);
  };
  for (uint32_t bits = 0; bits < 0x7f800000u; bits += 2003) {
    const float x = std::bit_cast<float>(bits);
    if (x >= low && x <= high) visit(x);
    if (-x >= low && -x <= high) visit(-x);
  }
  return worst;
}

TEST(Elementary, ErrorsAreWithinTwoUnitsOfTheLastPlace) {
  EXPECT_LT(worstError(
                exp32, [](double x) { return std::exp(x); }, -87.0f, 88.72f),
            1.5);
  EXPECT_LT(worstError(
                log32, [](double x) { return std::log(x); }, 1e-45f, 3.4e38f),
            2.0);
  EXPECT_LT(worstError(
                tanh32, [](double x) { return std::tanh(x); }, -20.0f, 20.0f),
            2.0);
  EXPECT_LT(worstError(
                erf32, [](double x) { return std::erf(x); }, -10.0f, 10.0f),
            2.0);
}

TEST(Elementary, ExpHasTheRightLimits) {
  EXPECT_EQ(exp32(0.0f), 1.0f);
  EXPECT_EQ(exp32(88.73f), kInf);
  EXPECT_EQ(exp32(1e30f), kInf);
  EXPECT_EQ(exp32(kInf), kInf);
  EXPECT_TRUE(std::isfinite(exp32(88.7228f)));
  EXPECT_EQ(exp32(-104.0f), 0.0f);
  EXPECT_EQ(exp32(-kInf), 0.0f);
  EXPECT_TRUE(std::isnan(exp32(kNan)));
}

TEST(Elementary, LogHasTheRightLimits) {
  EXPECT_EQ(log32(1.0f), 0.0f);
  EXPECT_EQ(log32(0.0f), -kInf);
  EXPECT_EQ(log32(-0.0f), -kInf);
  EXPECT_TRUE(std::isnan(log32(-1.0f)));
  EXPECT_TRUE(std::isnan(log32(-kInf)));
  EXPECT_EQ(log32(kInf), kInf);
  EXPECT_TRUE(std::isnan(log32(kNan)));
}

TEST(Elementary, TanhAndErfSaturateAndKeepTheSign) {
  for (float (*f)(float) : {tanh32, erf32}) {
    EXPECT_EQ(f(kInf), 1.0f);
    EXPECT_EQ(f(-kInf), -1.0f);
    EXPECT_EQ(f(50.0f), 1.0f);
    EXPECT_EQ(f(0.0f), 0.0f);
    EXPECT_TRUE(std::signbit(f(-0.0f)));
    EXPECT_TRUE(std::isnan(f(kNan)));
    for (float x = 0; x < 12; x += 0.01f) {
      EXPECT_LE(f(x), 1.0f);
      EXPECT_EQ(f(-x), -f(x));
    }
  }
}

}  // namespace
}  // namespace ridge
