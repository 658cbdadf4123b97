#include "pipeline/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace ridge::pipeline {
namespace {

using testing::HasSubstr;

std::string withSteps(const std::string& steps) {
  return R"({"version": 1, "inputs": {"input": [)" + steps + "]}}";
}

/// The error's line for a document.
std::string lineFor(const std::string& text) {
  const Error error = errorOf([&] { parseSpec(text, "p.json"); });
  EXPECT_EQ(error.code(), ErrorCode::input) << error.what();
  return error.what();
}

/// The example of docs/cli.md.
constexpr const char* kExample = R"({
  "version": 1,
  "inputs": {"input": [
    {"resize_shorter": 256, "filter": "bilinear", "antialias": true},
    {"center_crop": [224, 224]},
    {"scale": 0.00784313725490196},
    {"normalize": {"mean": [1.0, 1.0, 1.0], "std": [1.0, 1.0, 1.0]}},
    {"layout": "NCHW"}
  ]},
  "task": {"classification": {"output": "output", "label_offset": 0}}
})";

TEST(Spec, TheDocumentedExample) {
  const Spec spec = parseSpec(kExample, "p.json");
  ASSERT_EQ(spec.inputs.size(), 1U);
  EXPECT_EQ(spec.inputs[0].name, "input");
  const std::vector<Step> expected{ResizeShorterStep{256, {Filter::bilinear, true}}, CenterCropStep{224, 224},
                                   ScaleStep{{{0.00784313725490196}, false}},
                                   NormalizeStep{{{1, 1, 1}, true}, {{1, 1, 1}, true}},
                                   LayoutStep{Layout::nchw}};
  EXPECT_EQ(spec.inputs[0].steps, expected);
  EXPECT_EQ(std::get<ClassificationTask>(*spec.task), (ClassificationTask{"output", 0}));
}

TEST(Spec, EveryStepAndOptionSurvivesTheCanonicalText) {
  const Spec spec = parseSpec(R"({"version": 1, "exif": false, "color": "grey", "background": [1, 2, 3],
    "inputs": {"b": [
      {"resize": [7, 9], "filter": "nearest"}, {"resize": 8, "filter": "lanczos", "antialias": false},
      {"resize_shorter": 5, "filter": "area"},
      {"letterbox": {"size": [4, 6], "fill": [9, 8, 7], "align": "top_left", "enlarge": false}, "filter": "bicubic"},
      {"letterbox": {"size": 3}}, {"center_crop": 2}, {"pad": [1, 2, 3, 4], "fill": 5}, {"pad": 6}, {"bgr": true},
      {"scale": 0.1}, {"subtract": [1, 2.5, 1e-3]}, {"divide": 3}, {"normalize": {"mean": 1, "std": [2]}},
      {"layout": "NHWC"}, {"cast": "uint8"}],
    "a": []},
    "task": {"classification": {"label_offset": -1}}})",
                              "p.json");
  EXPECT_EQ(spec.inputs[0].name, "b");  // the file's order, not the alphabet's
  const std::string text = toJson(spec);
  EXPECT_EQ(parseSpec(text, "again"), spec);
  EXPECT_EQ(toJson(parseSpec(text, "again")), text);
  EXPECT_THAT(
      text, HasSubstr(R"({"letterbox":{"size":[3,3],"fill":[114,114,114],"align":"center","enlarge":true})"));
  EXPECT_THAT(text, HasSubstr(R"({"scale":0.1})"));
  EXPECT_EQ(toJson(parseSpec(kExample, "p")), toJson(parseSpec(toJson(parseSpec(kExample, "p")), "p")));
}

TEST(Spec, UnknownKeysAreNamedWithTheirPath) {
  EXPECT_EQ(lineFor(withSteps(R"({"bgr": true}, {"bgr": true}, {"scal": 2})")),
            R"(unknown key "scal" (p.json at inputs.input[2].scal): did you mean scale?)");
  EXPECT_THAT(lineFor(R"({"version": 1, "input": {}})"), HasSubstr(R"(did you mean inputs?)"));
  EXPECT_THAT(lineFor(withSteps(R"({"scale": 2, "filter": "area"})")), HasSubstr("inputs.input[0].filter"));
  EXPECT_THAT(lineFor(withSteps(R"({"letterbox": {"size": 3, "colour": 3}})")),
              HasSubstr("inputs.input[0].letterbox.colour"));
  EXPECT_THAT(lineFor(withSteps(R"({"normalize": {"mean": 3, "std": 3, "var": 3}})")),
              HasSubstr("normalize.var"));
  EXPECT_THAT(lineFor(R"({"version": 1, "inputs": {"x": []}, "task": {"classification": {"ouput": "y"}}})"),
              HasSubstr(R"(task.classification.ouput): did you mean output?)"));
  EXPECT_THAT(lineFor("{\"version\": 1, \"inputs\": {\"x\": []}, \"a\\nb\\u0000\": 1}"),
              HasSubstr(R"("a\nb)"));
}

TEST(Spec, WrongValuesAreNamedWithTheirPath) {
  for (const char* steps : {R"({"resize_shorter": 0})",
                            R"({"resize_shorter": 2.5})",
                            R"({"resize_shorter": "2"})",
                            R"({"resize_shorter": 99999})",
                            R"({"resize": [1]})",
                            R"({"resize": [1, 2, 3]})",
                            R"({"resize": [1, -2]})",
                            R"({"center_crop": null})",
                            R"({"pad": [1, 2]})",
                            R"({"pad": -1})",
                            R"({"pad": 1, "fill": 256})",
                            R"({"pad": 1, "fill": [1, 2]})",
                            R"({"letterbox": 5})",
                            R"({"letterbox": {}})",
                            R"({"letterbox": {"size": 5, "align": "left"}})",
                            R"({"scale": []})",
                            R"({"scale": 1e300})",
                            R"({"scale": [1, "2"]})",
                            R"({"divide": 0})",
                            R"({"divide": [1, 1e-60, 1]})",
                            R"({"normalize": {"mean": 1}})",
                            R"({"normalize": {"mean": 1, "std": 0}})",
                            R"({"layout": "CHWN"})",
                            R"({"cast": "string"})",
                            R"({"cast": "complex64"})",
                            R"({"bgr": 1})",
                            R"({"bgr": false})",
                            R"({"resize": 5, "filter": "cubic"})",
                            R"({"resize": 5, "antialias": 1})",
                            R"({"scale": 1, "divide": 2})",
                            R"({})",
                            R"(5)",
                            R"([])"})
    EXPECT_THAT(lineFor(withSteps(steps)), HasSubstr("(p.json at inputs.input[0]")) << steps;
  EXPECT_THAT(lineFor(withSteps(R"({"resize": 5, "filter": "bilinar"})")),
              HasSubstr(R"(did you mean bilinear?)"));
}

TEST(Spec, DocumentsThatLackSomething) {
  EXPECT_THAT(lineFor(R"({"inputs": {"x": []}})"), HasSubstr("\"version\" is missing"));
  EXPECT_THAT(lineFor(R"({"version": 2, "inputs": {"x": []}})"), HasSubstr("version 1 is"));
  EXPECT_THAT(lineFor(R"({"version": 1})"), HasSubstr("\"inputs\" is missing"));
  EXPECT_THAT(lineFor(R"({"version": 1, "inputs": {}})"), HasSubstr("no input"));
  EXPECT_THAT(lineFor(R"({"version": 1, "inputs": []})"), HasSubstr("inputs"));
  EXPECT_THAT(lineFor(R"({"version": 1, "inputs": {"x": {}}})"), HasSubstr("inputs.x"));
  for (const char* text :
       {"", "null", "[]", "3", "\"x\"", "{", "{\"version\"", "{\"version\": 1,}", "\xFF\xFE"})
    EXPECT_THAT(lineFor(text), HasSubstr("p.json")) << text;
}

TEST(Spec, LaterTasksAreRefusedByName) {
  for (const char* task : {"detection", "segmentation"})
    EXPECT_THAT(lineFor(std::string(R"({"version": 1, "inputs": {"x": []}, "task": {")") + task + "\": {}}}"),
                HasSubstr(std::string(task) + " is not built yet"));
  EXPECT_THAT(lineFor(R"({"version": 1, "inputs": {"x": []}, "task": {}})"), HasSubstr("task"));
}

TEST(Spec, OrderOfSteps) {
  EXPECT_THAT(lineFor(withSteps(R"({"scale": 2}, {"center_crop": 4})")),
              HasSubstr("center_crop cannot come after scale"));
  EXPECT_THAT(lineFor(withSteps(R"({"layout": "NCHW"}, {"resize": 4})")),
              HasSubstr("resize cannot come after layout"));
  EXPECT_THAT(lineFor(withSteps(R"({"cast": "uint8"}, {"pad": 4})")),
              HasSubstr("pad cannot come after cast"));
  EXPECT_THAT(lineFor(withSteps(R"({"cast": "uint8"}, {"scale": 4})")),
              HasSubstr("scale cannot come after cast"));
  EXPECT_THAT(lineFor(withSteps(R"({"layout": "NCHW"}, {"layout": "NCHW"})")),
              HasSubstr("layout stands twice"));
  EXPECT_EQ(
      parseSpec(withSteps(R"({"bgr": true}, {"resize": 4}, {"scale": 2}, {"bgr": true}, {"layout": "NHWC"},
                                   {"subtract": 1}, {"cast": "int8"})"),
                "p")
          .inputs[0]
          .steps.size(),
      7U);
}

TEST(Spec, RepeatedKeysDeepAndHugeDocuments) {
  EXPECT_THAT(lineFor(R"({"version": 1, "inputs": {"x": [], "x": []}})"), HasSubstr("\"x\" stands twice"));
  EXPECT_THAT(lineFor(std::string(100'000, '[')), HasSubstr("levels deep"));
  EXPECT_THAT(lineFor(std::string(65, '[') + std::string(65, ']')), HasSubstr("levels deep"));
  EXPECT_THAT(lineFor(std::string(64, '[') + std::string(64, ']')), HasSubstr("an object"));
  std::string objects;
  for (int i = 0; i < 50'000; ++i) objects += R"({"a":)";
  EXPECT_THAT(lineFor(objects), HasSubstr("levels deep"));
  EXPECT_THAT(lineFor(std::string((1 << 20) + 1, ' ')), HasSubstr("over the limit"));
}

}  // namespace
}  // namespace ridge::pipeline
