// Orders of axes in memory.
#include "plan/format.h"

#include <gtest/gtest.h>

namespace ridge::test {
namespace {

TEST(Format, PlainIsRowMajor) {
  EXPECT_EQ(denseStrides(Dims{2, 3, 4, 5}, Order::plain), (Dims{60, 20, 5, 1}));
  EXPECT_EQ(denseStrides(Dims{}, Order::plain), Dims{});
}

TEST(Format, ChannelsLastHasAxisOneInnermost) {
  EXPECT_EQ(denseStrides(Dims{2, 3, 4, 5}, Order::channelsLast), (Dims{60, 1, 15, 3}));
  EXPECT_EQ(denseStrides(Dims{2, 3, 4}, Order::channelsLast), (Dims{12, 1, 3}));
  EXPECT_EQ(denseStrides(Dims{2, 3, 4, 5, 6}, Order::channelsLast), (Dims{360, 1, 90, 18, 3}));
}

TEST(Format, LowRanksHaveOneOrder) {
  EXPECT_EQ(denseStrides(Dims{2, 3}, Order::channelsLast), (Dims{3, 1}));
  EXPECT_EQ(denseStrides(Dims{7}, Order::channelsLast), (Dims{1}));
  EXPECT_TRUE(ordersCoincide(Dims{2, 3}));
  EXPECT_TRUE(ordersCoincide(Dims{}));
}

TEST(Format, OrdersCoincideWithOneChannelOrOnePixel) {
  EXPECT_TRUE(ordersCoincide(Dims{8, 1, 5, 5}));
  EXPECT_TRUE(ordersCoincide(Dims{8, 64, 1, 1}));
  EXPECT_FALSE(ordersCoincide(Dims{1, 2, 1, 2}));
}

}  // namespace
}  // namespace ridge::test
