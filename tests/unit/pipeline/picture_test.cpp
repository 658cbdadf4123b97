#include "pipeline/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pipeline/decoders.h"
#include "support.h"

namespace ridge::pipeline {
namespace {

using testing::HasSubstr;

Picture decode(const Bytes& bytes, const DecodeOptions& options = {}) {
  return decodePicture(bytes, options, "x");
}

int largestDifference(const Picture& a, const Picture& b) {
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.channels, b.channels);
  int largest = 0;
  for (size_t i = 0; i < std::min(a.pixels.size(), b.pixels.size()); ++i)
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

TEST(Jpeg, BaselineAndProgressiveColorAndGrey) {
  const Picture color = smoothPicture(19, 33, 3), grey = smoothPicture(19, 33, 1);
  for (bool progressive : {false, true})
    for (bool halfColor : {false, true})
      EXPECT_LE(largestDifference(decode(encodeJpeg(color, {98, progressive, halfColor})), color), 4);
  EXPECT_LE(largestDifference(decode(encodeJpeg(grey, {98})), toRgb(grey)), 3);
  DecodeOptions one;
  one.color = Color::grey;
  EXPECT_LE(largestDifference(decode(encodeJpeg(grey, {98}), one), grey), 3);
}

TEST(Jpeg, CmykIsTakenAsInvertedAndConverted) {
  // Stored 255 means no ink: cyan 255 - 200, magenta 255 - 100, yellow 255 - 50, black 255 - 220.
  Picture cmyk(16, 16, 4);
  for (size_t i = 0; i < cmyk.pixels.size(); ++i)
    cmyk.pixels[i] = std::array<uint8_t, 4>{200, 100, 50, 220}[i % 4];
  Picture expected(16, 16, 3);
  for (size_t i = 0; i < expected.pixels.size(); ++i) {
    const double ink = std::array<double, 3>{55, 155, 205}[i % 3];
    expected.pixels[i] = static_cast<uint8_t>(220 - std::lround(ink * 220 / 255));
  }
  EXPECT_LE(largestDifference(decode(encodeJpeg(cmyk, {100, false, false, false})), expected), 1);
  EXPECT_LE(largestDifference(decode(encodeJpeg(cmyk, {100, false, false, true})), expected), 3);
}

TEST(Png, EveryKindBecomesEightBitColor) {
  const Picture color = noisePicture(9, 13, 3), grey = noisePicture(9, 13, 1);
  for (bool interlaced : {false, true}) {
    EXPECT_EQ(decode(encodePng(color, {8, interlaced})), color);
    EXPECT_EQ(decode(encodePng(grey, {8, interlaced})), toRgb(grey));
    for (int bits : {1, 2, 4}) {
      Picture few = grey, wanted = grey;
      const int most = (1 << bits) - 1;
      for (size_t i = 0; i < few.pixels.size(); ++i) {
        few.pixels[i] = static_cast<uint8_t>(grey.pixels[i] >> (8 - bits));
        wanted.pixels[i] = static_cast<uint8_t>(few.pixels[i] * 255 / most);
      }
      EXPECT_EQ(decode(encodePng(few, {bits, interlaced})), toRgb(wanted)) << bits;
    }
  }
}

TEST(Png, SixteenBitsAreScaled) {
  for (int channels : {1, 3}) {
    const Picture high = noisePicture(5, 6, channels);
    Picture wanted = high;
    for (uint8_t& pixel : wanted.pixels) {
      const int sample = pixel << 8 | (255 - pixel);
      pixel = static_cast<uint8_t>(std::lround(sample / 257.0));
    }
    EXPECT_EQ(decode(encodePng(high, {16})), toRgb(wanted));
  }
}

TEST(Png, PaletteWithTransparency) {
  Picture indices(1, 3, 1);
  indices.pixels = {0, 1, 2};
  PngKind kind;
  kind.bitDepth = 2;
  kind.palette = {255, 0, 0, 0, 255, 0, 0, 0, 255};
  kind.paletteAlpha = {255, 0, 128};
  const Bytes file = encodePng(indices, kind);
  EXPECT_EQ(decode(file).pixels, kind.palette);
  DecodeOptions onGrey;
  onGrey.background = {100, 100, 100};
  EXPECT_EQ(decode(file, onGrey).pixels, (std::vector<uint8_t>{255, 0, 0, 100, 100, 100, 50, 50, 178}));
}

TEST(Png, AlphaIsDroppedOrBlended) {
  Picture rgba(1, 2, 4);
  rgba.pixels = {10, 20, 30, 255, 200, 100, 0, 51};
  DecodeOptions onWhite;
  onWhite.background = {255, 255, 255};
  EXPECT_EQ(decode(encodePng(rgba)).pixels, (std::vector<uint8_t>{10, 20, 30, 200, 100, 0}));
  EXPECT_EQ(decode(encodePng(rgba), onWhite).pixels, (std::vector<uint8_t>{10, 20, 30, 244, 224, 204}));
  Picture greyAlpha(1, 1, 2);
  greyAlpha.pixels = {80, 0};
  EXPECT_EQ(decode(encodePng(greyAlpha)).pixels, (std::vector<uint8_t>{80, 80, 80}));
  EXPECT_EQ(decode(encodePng(greyAlpha), onWhite).pixels, (std::vector<uint8_t>{255, 255, 255}));
  PngKind keyed;
  keyed.transparentGrey = 7;
  Picture grey(1, 2, 1);
  grey.pixels = {7, 8};
  EXPECT_EQ(decode(encodePng(grey, keyed), onWhite).pixels, (std::vector<uint8_t>{255, 255, 255, 8, 8, 8}));
}

/// The eight EXIF values on a 2x3 picture of a..f, as the standard draws them: row and column of the stored
/// picture that are the visual top and left.
TEST(Exif, OrientationsTurnThePictureUpright) {
  Picture stored(2, 3, 1);
  stored.pixels = {'a', 'b', 'c', 'd', 'e', 'f'};
  const char* upright[] = {"abcdef", "cbafed", "fedcba", "defabc", "adbecf", "daebfc", "fcebda", "cfbead"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture out = applyOrientation(stored, orientation);
    EXPECT_EQ(std::string(out.pixels.begin(), out.pixels.end()), upright[orientation - 1]) << orientation;
    EXPECT_EQ(out.height, orientation <= 4 ? 2 : 3);
  }
  EXPECT_EQ(applyOrientation(stored, 0), stored);
  EXPECT_EQ(applyOrientation(stored, 9), stored);
}

TEST(Exif, IsReadFromJpegAndPngInBothByteOrders) {
  const Picture picture = smoothPicture(8, 24, 3);
  const Bytes jpeg = encodeJpeg(picture, {95, false, false});
  const Picture plain = decode(jpeg);
  DecodeOptions asStored;
  asStored.exif = false;
  for (bool littleEndian : {false, true}) {
    const Bytes turned = withExif(jpeg, exifBlock(6, littleEndian));
    EXPECT_EQ(decode(turned), applyOrientation(plain, 6));
    EXPECT_EQ(decode(turned, asStored), plain);
    PngKind kind;
    kind.exif = exifBlock(8, littleEndian);
    EXPECT_EQ(decode(encodePng(picture, kind)), applyOrientation(picture, 8));
  }
}

TEST(Exif, DamagedBlocksMeanNoTurn) {
  Bytes block = exifBlock(6, true);
  EXPECT_EQ(exifOrientation(block), 6);
  for (size_t size = 0; size < 19; ++size) EXPECT_EQ(exifOrientation({block.data(), size}), 1) << size;
  for (size_t at = 0; at < 8; ++at) {
    Bytes damaged = block;
    damaged[at] = std::byte{0xFF};
    EXPECT_EQ(exifOrientation(damaged), 1) << at;
  }
}

TEST(Picture, LimitsAndForeignFilesAreErrors) {
  DecodeOptions small;
  small.maxPixels = 99;
  for (const Bytes& file : {encodeJpeg(smoothPicture(10, 10, 3)), encodePng(smoothPicture(10, 10, 3))}) {
    const Error error = errorOf([&] { decode(file, small); });
    EXPECT_EQ(error.code(), ErrorCode::input);
    EXPECT_THAT(error.what(), HasSubstr("over the limit of 99 pixels (x)"));
  }
  small.maxPixels = 100;
  EXPECT_EQ(decode(encodePng(smoothPicture(10, 10, 3)), small).height, 10);
  const std::string gif = "GIF89a";
  const auto bytes = std::as_bytes(std::span(gif));
  EXPECT_THAT(errorOf([&] { decodePicture(bytes, {}, "a.jpg"); }).what(), HasSubstr("a.jpg"));
}

}  // namespace
}  // namespace ridge::pipeline
