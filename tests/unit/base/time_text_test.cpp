#include "base/time_text.h"

#include <gtest/gtest.h>

namespace ridge {
namespace {

TEST(TimeText, threeFigures) {
  EXPECT_EQ(threeFigures(0), "0");
  EXPECT_EQ(threeFigures(1), "1.00");
  EXPECT_EQ(threeFigures(9.994), "9.99");
  EXPECT_EQ(threeFigures(9.996), "10.0");
  EXPECT_EQ(threeFigures(99.96), "100");
  EXPECT_EQ(threeFigures(4567.4), "4567");
  EXPECT_EQ(threeFigures(0.012345), "0.0123");
  EXPECT_EQ(threeFigures(-0.5), "-0.500");
  EXPECT_EQ(threeFigures(1e-12), "0.000000000");
}

TEST(TimeText, theLargestChoosesTheUnit) {
  const TimeUnit small(0.9e-3), large(1.1e-3);
  EXPECT_EQ(small.name(), "us");
  EXPECT_EQ(small.of(51.2e-9), "0.0512");
  EXPECT_EQ(small.with(0.9e-3), "900 us");
  EXPECT_EQ(large.with(0.9e-3), "0.900 ms");
  EXPECT_EQ(large.change(1e-3), "+1.00");
  EXPECT_EQ(large.change(-1e-3), "-1.00");
}

}  // namespace
}  // namespace ridge
