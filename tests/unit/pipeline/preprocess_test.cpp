#include "pipeline/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "goldens.h"
#include "support.h"

namespace ridge::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

InputSpec steps(const std::string& list) {
  return parseSpec(R"({"version": 1, "inputs": {"x": [)" + list + "]}}", "p.json").inputs[0];
}

/// Two pixels: (1, 2, 3) and (4, 5, 6).
Picture twoPixels() {
  Picture picture(1, 2, 3);
  picture.pixels = {1, 2, 3, 4, 5, 6};
  return picture;
}

TEST(Preprocess, WithoutStepsPixelsBecomePlanesOfFloats) {
  const Tensor out = preprocess(twoPixels(), steps(""));
  EXPECT_EQ(out.type(), DType::f32);
  EXPECT_THAT(out.dims(), ElementsAre(1, 3, 1, 2));
  EXPECT_THAT(out.as<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Preprocess, LayoutAndBgrAtAnyPlace) {
  EXPECT_THAT(preprocess(twoPixels(), steps(R"({"layout": "NHWC"})")).dims(), ElementsAre(1, 1, 2, 3));
  EXPECT_THAT(preprocess(twoPixels(), steps(R"({"layout": "NHWC"})")).as<float>(),
              ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(preprocess(twoPixels(), steps(R"({"bgr": true})")).as<float>(), ElementsAre(3, 6, 2, 5, 1, 4));
  // Values belong to the channels as they are at that step.
  EXPECT_THAT(preprocess(twoPixels(), steps(R"({"subtract": [1, 2, 3]}, {"bgr": true})")).as<float>(),
              ElementsAre(0, 3, 0, 3, 0, 3));
  EXPECT_THAT(preprocess(twoPixels(), steps(R"({"bgr": true}, {"subtract": [1, 2, 3]})")).as<float>(),
              ElementsAre(2, 5, 0, 3, -2, 1));
  EXPECT_THAT(preprocess(twoPixels(), steps(R"({"layout": "NCHW"}, {"scale": [1, 10, 100]})")).as<float>(),
              ElementsAre(1, 4, 20, 50, 300, 600));
}

TEST(Preprocess, ArithmeticRoundsToFloatAfterEachOperation) {
  Picture grey(1, 1, 1);
  grey.pixels = {201};
  const float x = 201.0F;
  const auto value = [&](const std::string& list) { return preprocess(grey, steps(list)).as<float>()[0]; };
  EXPECT_EQ(value(R"({"scale": 0.1})"), x * 0.1F);
  EXPECT_EQ(value(R"({"scale": 0.00784313725490196}, {"subtract": 1})"), x * 0.00784313725490196F - 1.0F);
  EXPECT_EQ(value(R"({"subtract": 125.307}, {"divide": 62.993})"), (x - 125.307F) / 62.993F);
  EXPECT_EQ(value(R"({"normalize": {"mean": [125.307], "std": 62.993}})"), (x - 125.307F) / 62.993F);
}

TEST(Preprocess, CastRoundsAndSaturates) {
  EXPECT_THAT(preprocess(twoPixels(), steps(R"({"scale": 0.5}, {"cast": "uint8"}, {"layout": "NHWC"})"))
                  .as<uint8_t>(),
              ElementsAre(0, 1, 2, 2, 2, 3));
  EXPECT_THAT(
      preprocess(twoPixels(), steps(R"({"scale": -100}, {"cast": "int8"}, {"layout": "NHWC"})")).as<int8_t>(),
      ElementsAre(-100, -128, -128, -128, -128, -128));
}

TEST(Preprocess, ErrorsNameTheStep) {
  Error error = errorOf([] { preprocess(twoPixels(), steps(R"({"bgr": true}, {"scale": [1, 2]})")); });
  EXPECT_EQ(error.code(), ErrorCode::input);
  EXPECT_THAT(error.what(), HasSubstr("inputs.x[1] scale"));
  EXPECT_THAT(errorOf([] { preprocess(twoPixels(), steps(R"({"center_crop": 2})")); }).what(),
              HasSubstr("the crop of 2x2 is larger than the picture of 1x2"));
  EXPECT_THAT(errorOf([] { preprocess(Picture(1, 1, 1), steps(R"({"bgr": true})")); }).what(),
              HasSubstr("bgr"));
  EXPECT_THAT(errorOf([] { preprocess(Picture(1, 1, 1), steps(R"({"scale": 2}, {"bgr": true})")); }).what(),
              HasSubstr("[1] bgr"));
}

TEST(Preprocess, InputsFromPicturesAndFromArrays) {
  const Spec spec =
      parseSpec(R"({"version": 1, "inputs": {"small": [{"resize": [1, 1]}], "large": [{"layout": "NHWC"}]}})",
                "p.json");
  Sample sample{"a.png", 3, twoPixels()};
  const auto fromPicture = networkInputs(sample, spec);
  EXPECT_THAT(fromPicture.at("small").dims(), ElementsAre(1, 3, 1, 1));
  EXPECT_THAT(fromPicture.at("large").dims(), ElementsAre(1, 1, 2, 3));
  sample.content = std::map<std::string, Tensor>{{"small", Tensor::scalar(2.0F)}};
  EXPECT_THAT(errorOf([&] { networkInputs(sample, spec); }).what(), HasSubstr("\"large\" (a.png)"));
  sample.content =
      std::map<std::string, Tensor>{{"small", Tensor::scalar(2.0F)}, {"large", Tensor::scalar(3.0F)}};
  EXPECT_EQ(networkInputs(sample, spec).at("large").as<float>()[0], 3.0F);
}

TEST(Preprocess, ExamplePipelinesMakeTheFloatsOfPillowAndNumpy) {
  for (const PipelineGolden& golden : kPipelineGoldens) {
    const bool shipped = std::string_view(golden.pipeline).starts_with("cifar");
    const auto folder = shipped ? sources("examples/cifar10/images") : shared("data/imagenet/images");
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
    const Spec spec = readSpec(sources("examples/pipelines") / (std::string(golden.pipeline) + ".json"));
    const Tensor tensor = preprocess(readPicture(folder / golden.file, spec.decode), spec.inputs.at(0));
    const auto* bytes = reinterpret_cast<const uint8_t*>(tensor.bytes().data());
    EXPECT_EQ(fnv1a({bytes, tensor.byteSize()}), golden.hash) << golden.pipeline << ' ' << golden.file;
  }
}

}  // namespace
}  // namespace ridge::pipeline
