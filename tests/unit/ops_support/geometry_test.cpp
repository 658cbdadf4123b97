#include "ops/conv/geometry.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "ops/conv/conv.h"

namespace ridge {
namespace {

using Ints = std::vector<int64_t>;

WindowAxis resolveOne(const WindowAttributes& attrs, int64_t kernel, int64_t input, bool ceilMode = false) {
  return resolveWindow(attrs, Ints{kernel}, Ints{input}, ceilMode).front();
}

TEST(Window, PadsByName) {
  WindowAttributes attrs;
  attrs.strides = {2};
  attrs.pads = {9, 9};  // ignored
  attrs.autoPad = "SAME_UPPER";
  WindowAxis axis = resolveOne(attrs, 3, 8);
  EXPECT_EQ(axis.output, 4);
  EXPECT_EQ(axis.padBegin, 0);
  EXPECT_EQ(axis.padEnd, 1);
  attrs.autoPad = "SAME_LOWER";
  axis = resolveOne(attrs, 3, 8);
  EXPECT_EQ(axis.padBegin, 1);
  EXPECT_EQ(axis.padEnd, 0);
  attrs.autoPad = "VALID";
  axis = resolveOne(attrs, 3, 8);
  EXPECT_EQ(axis.output, 3);
  EXPECT_EQ(axis.padBegin + axis.padEnd, 0);
}

TEST(Window, CeilModeAddsOnlyWindowsThatStartInside) {
  WindowAttributes attrs;
  attrs.strides = {2};
  EXPECT_EQ(resolveOne(attrs, 2, 5).output, 2);
  EXPECT_EQ(resolveOne(attrs, 2, 5, true).output, 3);
  attrs.strides = {3};
  attrs.pads = {0, 1};
  EXPECT_EQ(resolveOne(attrs, 2, 3, true).output, 1);  // the second would start in the padding behind
}

TEST(Window, InsideIsWhatBruteForceFinds) {
  for (int64_t dilation = 1; dilation <= 3; ++dilation)
    for (int64_t pad = 0; pad <= 5; ++pad) {
      WindowAttributes attrs;
      attrs.dilations = {dilation};
      attrs.strides = {2};
      attrs.pads = {pad, pad};
      if (4 + 2 * pad < 2 * dilation + 1) continue;
      const WindowAxis axis = resolveOne(attrs, 3, 4);
      for (int64_t o = 0; o < axis.output; ++o) {
        Ints expected, actual;
        for (int64_t k = 0; k < 3; ++k) {
          const int64_t at = axis.start(o) + k * dilation;
          if (at >= 0 && at < 4) expected.push_back(k);
        }
        const auto [first, last] = axis.inside(o);
        for (int64_t k = first; k < last; ++k) actual.push_back(k);
        EXPECT_EQ(actual, expected) << "dilation " << dilation << " pad " << pad << " output " << o;
      }
    }
}

TEST(Window, KeepsSymbolsOnlyWhereTheSizeStays) {
  WindowAttributes attrs;
  attrs.pads = {1, 1};
  const Dim n = Dim::symbol("H");
  EXPECT_EQ(windowOutputs(attrs, Ints{3}, std::vector<Dim>{n}).front(), n);
  EXPECT_TRUE(windowOutputs(attrs, Ints{5}, std::vector<Dim>{n}).front().isUnknown());
  attrs.strides = {2};
  EXPECT_TRUE(windowOutputs(attrs, Ints{3}, std::vector<Dim>{n}).front().isUnknown());
}

TEST(Window, RefusesNonsense) {
  const auto refused = [](const WindowAttributes& attrs, int64_t kernel, int64_t input) {
    EXPECT_THROW(resolveOne(attrs, kernel, input), Error);
  };
  refused({}, 0, 5);
  refused({}, 6, 5);
  refused({.strides = {0}}, 1, 5);
  refused({.strides = {1, 1}}, 1, 5);
  refused({.dilations = {-1}}, 1, 5);
  refused({.pads = {-1, 0}}, 1, 5);
  refused({.pads = {int64_t{1} << 62, int64_t{1} << 62}}, 1, 5);
  refused({.autoPad = "SIDEWAYS"}, 1, 5);
}

TEST(ConvGeometry, RefusesChannelsThatContradict) {
  const ConvAttributes plain;
  const Ints input = {1, 4, 5, 5}, weight = {6, 4, 3, 3}, wrong = {6, 3, 3, 3};
  EXPECT_EQ(resolveConv(plain, input, weight).outputPixels(), 9);
  EXPECT_THROW(resolveConv(plain, input, wrong), Error);
  ConvAttributes grouped;
  grouped.group = int64_t{1} << 62;
  EXPECT_THROW(resolveConv(grouped, input, weight), Error);
}

}  // namespace
}  // namespace ridge
