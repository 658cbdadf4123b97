#include "pipeline/geometry.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "goldens.h"
#include "support.h"

namespace ridge::pipeline {
namespace {

TEST(Geometry, AntialiasedResizeIsPillowsBitForBit) {
  for (const ResizeGolden& golden : kResizeGoldens) {
    const Picture picture = noisePicture(golden.height, golden.width, golden.channels);
    const Picture out = resize(picture, golden.toHeight, golden.toWidth, {golden.filter, true});
    EXPECT_EQ(fnv1a(out.pixels), golden.hash)
        << golden.height << 'x' << golden.width << " to " << golden.toHeight << 'x' << golden.toWidth
        << ", filter " << static_cast<int>(golden.filter);
  }
}

TEST(Geometry, PhotographsDecodeAndShrinkAsInPillow) {
  if (!std::filesystem::exists(shared("data/imagenet")))
    GTEST_SKIP() << "../shared/data/imagenet is not there";
  for (const DecodeGolden& golden : kDecodeGoldens) {
    const std::filesystem::path file = shared("data/imagenet/images") / golden.file;
    const Picture rgb = readPicture(file, {});
    ASSERT_EQ(rgb.height, golden.height);
    ASSERT_EQ(rgb.width, golden.width);
    EXPECT_EQ(fnv1a(rgb.pixels), golden.rgb) << golden.file;
    DecodeOptions grey;
    grey.color = Color::grey;
    EXPECT_EQ(fnv1a(readPicture(file, grey).pixels), golden.grey) << golden.file;
    const auto [height, width] = sizeWithShorterSide(rgb.height, rgb.width, 201);
    EXPECT_EQ(fnv1a(resize(rgb, height, width, {}).pixels), golden.shorter201) << golden.file;
  }
}

TEST(Geometry, SamplingWithoutAntialiasUsesHalfPixelCentres) {
  Picture row(1, 4, 1);
  row.pixels = {0, 100, 200, 40};
  // Twice as wide: centres at -0.25, 0.25, 0.75, ...; the borders repeat.
  EXPECT_EQ(resize(row, 1, 8, {Filter::bilinear, false}).pixels,
            (std::vector<uint8_t>{0, 25, 75, 125, 175, 160, 80, 40}));
  // Half as wide without antialias: plain means of two neighbours, and the same without any widening at a
  // quarter.
  EXPECT_EQ(resize(row, 1, 2, {Filter::bilinear, false}).pixels, (std::vector<uint8_t>{50, 120}));
  EXPECT_EQ(resize(row, 1, 1, {Filter::bilinear, false}).pixels, (std::vector<uint8_t>{150}));
}

TEST(Geometry, AreaWithoutAntialiasAveragesWhatIsCovered) {
  Picture row(1, 5, 1);
  row.pixels = {10, 20, 30, 40, 50};
  // 2.5 pixels each: (10 + 20 + 15) / 2.5 and (15 + 40 + 50) / 2.5.
  EXPECT_EQ(resize(row, 1, 2, {Filter::area, false}).pixels, (std::vector<uint8_t>{18, 42}));
}

TEST(Geometry, ResizeToTheSameSizeChangesNothing) {
  const Picture picture = noisePicture(7, 9, 3);
  for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic, Filter::area, Filter::lanczos})
    for (bool antialias : {false, true}) EXPECT_EQ(resize(picture, 7, 9, {filter, antialias}), picture);
}

TEST(Geometry, FlatPicturesStayFlat) {
  Picture flat(23, 31, 3);
  for (uint8_t& pixel : flat.pixels) pixel = 201;
  for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic, Filter::area, Filter::lanczos})
    for (bool antialias : {false, true})
      for (auto [height, width] : {std::pair{7, 5}, {50, 64}, {7, 64}})
        for (uint8_t pixel : resize(flat, height, width, {filter, antialias}).pixels)
          EXPECT_NEAR(pixel, 201, 1);
}

TEST(Geometry, LongerSideRoundsHalfUp) {
  EXPECT_EQ(sizeWithShorterSide(256, 341, 201), (std::pair{201, 268}));  // 267.74
  EXPECT_EQ(sizeWithShorterSide(5, 2, 1), (std::pair{3, 1}));            // 2.5
  EXPECT_EQ(sizeWithShorterSide(2, 5, 1), (std::pair{1, 3}));
  EXPECT_EQ(sizeWithShorterSide(300, 300, 224), (std::pair{224, 224}));
}

TEST(Geometry, CropStartsAtTheFloorOfHalf) {
  Picture picture(1, 6, 1);
  picture.pixels = {0, 1, 2, 3, 4, 5};
  EXPECT_EQ(centerCrop(picture, 1, 3).pixels, (std::vector<uint8_t>{1, 2, 3}));  // 1.5 -> 1
  EXPECT_EQ(centerCrop(picture, 1, 2).pixels, (std::vector<uint8_t>{2, 3}));
  EXPECT_EQ(errorOf([&] { centerCrop(picture, 1, 7); }).code(), ErrorCode::input);
}

TEST(Geometry, LetterboxKeepsTheAspect) {
  Picture picture(2, 4, 3);
  for (uint8_t& pixel : picture.pixels) pixel = 200;
  Letterbox box{7, 8, {1, 2, 3}, Align::center, true};
  Picture out = letterbox(picture, box, {});
  EXPECT_EQ(out.row(0)[0], 1);
  EXPECT_EQ(out.row(0)[2], 3);
  EXPECT_EQ(out.row(1)[0], 200);  // 4 rows from floor(3 / 2)
  EXPECT_EQ(out.row(4)[23], 200);
  EXPECT_EQ(out.row(5)[0], 1);
  box.align = Align::topLeft;
  out = letterbox(picture, box, {});
  EXPECT_EQ(out.row(0)[0], 200);
  EXPECT_EQ(out.row(4)[0], 1);
  box.enlarge = false;
  out = letterbox(picture, box, {});
  EXPECT_EQ(out.row(1)[11], 200);
  EXPECT_EQ(out.row(1)[12], 1);
  EXPECT_EQ(out.row(2)[0], 1);
  box.height = 1;  // too large without enlarging: shrinks all the same
  EXPECT_EQ(letterbox(picture, box, {}).row(0)[3], 200);
  EXPECT_EQ(letterbox(picture, box, {}).row(0)[6], 1);
}

TEST(Geometry, PadPutsEachSideWhereItBelongs) {
  const Picture picture = noisePicture(2, 3, 1);
  const Picture out = pad(picture, {1, 2, 3, 4, {9, 9, 9}});
  ASSERT_EQ(out.height, 6);
  ASSERT_EQ(out.width, 9);
  EXPECT_EQ(out.row(1)[2], picture.row(0)[0]);
  EXPECT_EQ(out.row(2)[4], picture.row(1)[2]);
  EXPECT_EQ(out.row(0)[2], 9);
  EXPECT_EQ(out.row(1)[5], 9);
  EXPECT_EQ(out.row(3)[2], 9);
}

TEST(Geometry, EnormousResultsAreRefused) {
  const Picture thin(100'000, 1, 1);
  EXPECT_EQ(errorOf([&] { resize(thin, 100'000, 30'000, {}); }).code(), ErrorCode::input);
  EXPECT_EQ(errorOf([&] { resize(thin, 8, 30'000, {}); }).code(), ErrorCode::input);  // the intermediate
}

}  // namespace
}  // namespace ridge::pipeline
