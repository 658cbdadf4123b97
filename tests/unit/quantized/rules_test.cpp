// The rounding of rule 6 at its corners.
#include "ops/quantized/quantized.h"
#include "quantized_testing.h"

namespace ridge::test {
namespace {

ops::QuantizedResult result(int64_t zero, int64_t low = 0, int64_t high = 255) {
  ops::QuantizedResult made;
  made.zero = zero;
  made.low = low;
  made.high = high;
  return made;
}

TEST(RuleSix, TiesGoToEvenBeforeTheZeroPointIsAdded) {
  EXPECT_EQ(result(0).rounded(2.5F), 2);
  EXPECT_EQ(result(0).rounded(3.5F), 4);
  // Added before rounding, an odd zero point would give 6 and 7 from other ties.
  EXPECT_EQ(result(3).rounded(2.5F), 5);
  EXPECT_EQ(result(3).rounded(3.5F), 7);
  EXPECT_EQ(result(3).rounded(-0.5F), 3);
  EXPECT_EQ(result(3).rounded(-1.5F), 1);
}

TEST(RuleSix, BoundsNarrowTheResult) {
  EXPECT_EQ(result(10).rounded(1e30F), 255);
  EXPECT_EQ(result(10).rounded(-1e30F), 0);
  EXPECT_EQ(result(10, 10).rounded(-4.0F), 10);
  EXPECT_EQ(result(10, 10, 40).rounded(30.4F), 40);
  EXPECT_EQ(result(10, 10, 40).rounded(29.4F), 39);
}

TEST(RuleSix, NanGivesTheLowerBound) {
  EXPECT_EQ(result(10, 7).rounded(std::nanf("")), 7);
}

TEST(RuleFive, AClampStandsBeforeTheResidual) {
  ops::QuantizedSum sum;
  sum.zero = 100;
  sum.residualScale = 0.5F;
  sum.activated = true;
  sum.activationLow = 0;
  sum.inverse = 2;
  EXPECT_EQ(sum.finished(-50, 1, 0, true, -6), 94);  // relu(-50) - 3, in steps of a half
  EXPECT_EQ(sum.finished(5, 1, 0, true, -6), 104);
  sum.activated = false;
  EXPECT_EQ(sum.finished(-50, 1, 0, true, -6), 47);
}

// f32(int32) rounds to nearest even.
TEST(RuleSeven, SumsBeyond24BitsAreRoundedOnce) {
  ops::QuantizedSum sum;
  const float unit = std::ldexp(1.0F, -18);
  EXPECT_EQ(sum.finished((1 << 24) + 1, unit, 0, false, 0), 64);
  EXPECT_EQ(sum.finished(0, 1, 12.5F, false, 0), 12);
}

}  // namespace
}  // namespace ridge::test
