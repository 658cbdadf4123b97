#include "report/png.h"

#include <gmock/gmock.h>

#include <cmath>

#include "report/plot_points.h"
#include "ridge/error.h"
#include "support.h"

namespace ridge::report {
namespace {

using nlohmann::json;

TEST(Png, HasTheAskedSize) {
  for (const auto& [width, height] : {std::pair{320, 240}, std::pair{1200, 800}, std::pair{801, 1103}}) {
    const DecodedPng picture = decodePng(renderRooflinePng(fixture("small_roofline.json"), width, height));
    EXPECT_EQ(picture.width, width);
    EXPECT_EQ(picture.height, height);
  }
  for (const auto& [width, height] : {std::pair{0, 0}, std::pair{-5, 400}, std::pair{400, 9000}})
    EXPECT_THROW(renderRooflinePng(json::object(), width, height), Error);
}

TEST(Png, PointsAndRoofsHaveInk) {
  const json document = fixture("small_profile.json");
  json without = document;
  for (json& layer : without["layers"]) layer["intensity"] = 0;
  const DecodedPng with = decodePng(renderRooflinePng(document, 1200, 800));
  const DecodedPng bare = decodePng(renderRooflinePng(without, 1200, 800));
  const Color convolution = familyOf("Conv+Relu").color;
  EXPECT_GT(with.count(convolution, 90), 600);  // two large discs, seven tenths opaque
  EXPECT_EQ(bare.count(convolution, 60), 0);
  EXPECT_GT(bare.count({22, 32, 43}, 20), 1500);  // the roof and texts
}

TEST(Png, APointIsWhereItBelongs) {
  json document = longDocument(1);  // roof: 1e11 operations and 2e10 bytes a second, ridge at 5
  document["layers"][0]["intensity"] = 5.0;
  document["layers"][0]["ops_per_s"] = 2e10;
  const DecodedPng picture = decodePng(renderRooflinePng(document, 1200, 800));
  // Seven tenths of the colour on white; its middle must be the place that the axes give.
  const Color blue = familyOf("Conv").color;
  const auto mixed = [](uint8_t part) { return part * 0.7 + 255 * 0.3; };
  double x = 0, y = 0, inked = 0;
  for (int row = 90; row < 680; ++row)
    for (int column = 110; column < 1170; ++column) {
      const Color color = picture.at(column, row);
      if (std::abs(color.red - mixed(blue.red)) > 3 || std::abs(color.blue - mixed(blue.blue)) > 3) continue;
      x += column + 0.5, y += row + 0.5, ++inked;
    }
  ASSERT_GT(inked, 1500);
  const auto place = [](double value, double least, double most, double from, double to) {
    return from + std::log(value / least) / std::log(most / least) * (to - from);
  };
  EXPECT_NEAR(x / inked, place(5, 1 / 1.6, 40 * 1.6, 132, 1200 - 28), 3);
  EXPECT_NEAR(y / inked, place(2e10, 1e11 / 30 / 1.6, 1.3e11 * 1.6, 800 - 112, 86), 3);
}

TEST(Png, AnyDocumentMakesAPicture) {
  const json strange = {
      {"model_name", "\xff\n<b>"},
      {"roofs", {{{"name", 3}, {"peak_ops_per_s", 1e300}, {"bandwidth_bytes_per_s", 1e-300}}, 7}},
      {"layers",
       {{{"intensity", 1e300}, {"flops", 1}, {"ops_per_s", 1e300}, {"floor_ms", 1e308}},
        {{"intensity", 1.0}, {"flops", 1}, {"ops_per_s", 5.0}, {"floor_ms", 1e308}},
        {{"intensity", nullptr}, {"flops", "x"}},
        5}}};
  for (const json& document : {json(), json(3), json::array(), json::object(), strange, longDocument(1500)})
    EXPECT_EQ(decodePng(renderRooflinePng(document, 400, 300)).width, 400);
}

TEST(Plot, TakesThePlanThenTheGraph) {
  json document = fixture("small_roofline.json");
  EXPECT_EQ(plotOf(document).points.size(), 5u);
  document.erase("plan");
  EXPECT_EQ(plotOf(document).points.size(), 8u);  // Flatten has no arithmetic
}

TEST(Plot, MeasuredRatesBeatFloors) {
  const Plot measured = plotOf(fixture("small_profile.json"));
  const Plot floors = plotOf(fixture("small_roofline.json"));
  ASSERT_FALSE(measured.points.empty());
  ASSERT_EQ(measured.roofs.size(), 2u);
  for (const PlotPoint& point : measured.points)
    EXPECT_LT(point.opsPerS, measured.roofs[0].at(point.intensity));
  for (const PlotPoint& point : floors.points)
    EXPECT_DOUBLE_EQ(point.opsPerS, floors.roofs[0].at(point.intensity));
}

TEST(Plot, FamiliesAreThoseOfTheHeaviestPart) {
  EXPECT_EQ(familyOf("Conv+Relu").name, "convolution");
  EXPECT_EQ(familyOf("ridge.Attention").name, "attention");
  EXPECT_EQ(familyOf("Transpose+MatMul").name, "matrix product");
  EXPECT_EQ(familyOf("Reshape").name, "data movement");
  EXPECT_EQ(familyOf("Mul+Sigmoid").name, "elementwise");
}

}  // namespace
}  // namespace ridge::report
