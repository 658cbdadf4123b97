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

TEST(Format, ReshapesOfStridedArrays) {
  const auto strides = [](const Dims& dims, const Dims& from, const Dims& shape) {
    return reshapedStrides(dims, from, shape).value_or(Dims{-1});
  };
  EXPECT_EQ(strides({2, 6}, {6, 1}, {3, 4}), (Dims{4, 1})) << "dense";
  EXPECT_EQ(strides({2, 6}, {10, 1}, {2, 3, 2}), (Dims{10, 2, 1})) << "an axis is cut";
  EXPECT_EQ(strides({2, 3, 2}, {10, 2, 1}, {2, 6}), (Dims{10, 1})) << "axes are joined";
  EXPECT_EQ(strides({2, 6}, {10, 1}, {12}), (Dims{-1})) << "rows lie apart";
  EXPECT_EQ(strides({2, 6}, {1, 2}, {3, 4}), (Dims{-1})) << "axes change places";
  EXPECT_EQ(strides({4, 6}, {10, 1}, {8, 3}), (Dims{-1})) << "half a row";
  EXPECT_EQ(strides({1, 4, 1, 3}, {99, 7, 99, 2}, {4, 3}), (Dims{7, 2})) << "ones go";
  EXPECT_EQ(strides({6}, {5}, {2, 3}), (Dims{15, 5})) << "no axis is dense";
  EXPECT_EQ(strides({0, 3}, {7, 1}, {3, 0}), (Dims{0, 1})) << "nothing";
  EXPECT_EQ(strides({}, {}, {1, 1}), (Dims{1, 1})) << "a scalar";
}

TEST(Format, InnermostStride) {
  EXPECT_EQ(innermostStride(Dims{2, 3, 4, 5}, Dims{60, 20, 5, 1}, Order::plain), 1);
  EXPECT_EQ(innermostStride(Dims{2, 3, 4, 5}, Dims{60, 1, 15, 3}, Order::channelsLast), 1);
  EXPECT_EQ(innermostStride(Dims{2, 3, 4, 1}, Dims{60, 20, 5, 9}, Order::plain), 5);
  EXPECT_EQ(innermostStride(Dims{2, 1, 4, 5}, Dims{60, 7, 15, 3}, Order::channelsLast), 3);
  EXPECT_EQ(innermostStride(Dims{1, 1}, Dims{8, 8}, Order::plain), 1);
}

TEST(Format, OrdersCoincideWithOneChannelOrOnePixel) {
  EXPECT_TRUE(ordersCoincide(Dims{8, 1, 5, 5}));
  EXPECT_TRUE(ordersCoincide(Dims{8, 64, 1, 1}));
  EXPECT_FALSE(ordersCoincide(Dims{1, 2, 1, 2}));
}

}  // namespace
}  // namespace ridge::test
