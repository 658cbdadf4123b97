#include "pipeline/spec_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/error.h"

namespace ridge::pipeline {
namespace {

constexpr int64_t kLongestSide = 32768;
constexpr std::string_view kStepNames[] = {
    "resize_shorter", "resize",   "letterbox", "center_crop", "pad",    "bgr",
    "scale",          "subtract", "divide",    "normalize",   "layout", "cast"};
static_assert(std::size(kStepNames) == std::variant_size_v<Step>);

int side(const JsonReader& reader) {
  return static_cast<int>(reader.integer(1, kLongestSide));
}

/// [height, width], or one number for a square.
std::pair<int, int> size(const JsonReader& reader) {
  if (!reader.isArray()) return {side(reader), side(reader)};
  const std::vector<JsonReader> sides = reader.children();
  if (sides.size() != 2) reader.fail("two numbers, [height, width], are expected here");
  return {side(sides[0]), side(sides[1])};
}

Sampling sampling(const JsonReader& step) {
  Sampling made;
  if (step.has("filter"))
    made.filter =
        static_cast<Filter>(step.at("filter").choice({"nearest", "bilinear", "bicubic", "area", "lanczos"}));
  if (step.has("antialias")) made.antialias = step.at("antialias").boolean();
  return made;
}

ChannelValues channelValues(const JsonReader& reader) {
  ChannelValues made;
  made.perChannel = reader.isArray();
  if (!made.perChannel) {
    made.values.push_back(reader.number());
    return made;
  }
  for (const JsonReader& child : reader.children()) made.values.push_back(child.number());
  if (made.values.empty()) reader.fail("the list is empty");
  return made;
}

ChannelValues divisors(const JsonReader& reader) {
  ChannelValues made = channelValues(reader);
  for (double value : made.values)
    if (static_cast<float>(value) == 0.0F) reader.fail("division by zero in float32");
  return made;
}

Step letterboxStep(const JsonReader& step) {
  step.expectKeys({"letterbox", "filter", "antialias"});
  const JsonReader reader = step.at("letterbox");
  reader.expectKeys({"size", "fill", "align", "enlarge"});
  LetterboxStep made{{}, sampling(step)};
  std::tie(made.box.height, made.box.width) = size(reader.at("size"));
  if (reader.has("fill")) made.box.fill = parseColor(reader.at("fill"));
  if (reader.has("align"))
    made.box.align = static_cast<Align>(reader.at("align").choice({"center", "top_left"}));
  if (reader.has("enlarge")) made.box.enlarge = reader.at("enlarge").boolean();
  return made;
}

Step padStep(const JsonReader& step) {
  step.expectKeys({"pad", "fill"});
  const JsonReader reader = step.at("pad");
  const auto amount = [](const JsonReader& value) {
    return static_cast<int>(value.integer(0, kLongestSide));
  };
  PadStep made;
  if (reader.isArray()) {
    const std::vector<JsonReader> sides = reader.children();
    if (sides.size() != 4) reader.fail("four numbers, [top, left, bottom, right], are expected here");
    made.pad = {amount(sides[0]), amount(sides[1]), amount(sides[2]), amount(sides[3])};
  } else {
    const int all = amount(reader);
    made.pad = {all, all, all, all};
  }
  if (step.has("fill")) made.pad.fill = parseColor(step.at("fill"));
  return made;
}

Step castStep(const JsonReader& reader) {
  const std::optional<DType> type = dtypeFromName(reader.text());
  if (!type || !(isFloat(*type) || isInteger(*type)) || bitsOf(*type) < 8)
    reader.fail("this is no type to cast to", "use float32, float16, bfloat16, uint8, int8, int32, ...");
  return CastStep{*type};
}

/// The step of a key that has no key beside it.
Step plainStep(std::string_view name, const JsonReader& reader) {
  if (name == "center_crop") {
    const auto [height, width] = size(reader);
    return CenterCropStep{height, width};
  }
  if (name == "bgr") {
    if (!reader.boolean()) reader.fail("a step that does nothing", "remove it, or write true");
    return BgrStep{};
  }
  if (name == "scale") return ScaleStep{channelValues(reader)};
  if (name == "subtract") return SubtractStep{channelValues(reader)};
  if (name == "divide") return DivideStep{divisors(reader)};
  if (name == "normalize") {
    reader.expectKeys({"mean", "std"});
    return NormalizeStep{channelValues(reader.at("mean")), divisors(reader.at("std"))};
  }
  if (name == "layout") return LayoutStep{static_cast<Layout>(reader.choice({"NCHW", "NHWC"}))};
  check(name == "cast", "every step has its parser");
  return castStep(reader);
}

/// A step is an object with one key that names it; others set options.
std::string_view nameOf(const JsonReader& step) {
  std::string_view name;
  for (const JsonReader& child : step.children()) {
    const auto found = std::find(std::begin(kStepNames), std::end(kStepNames), child.key());
    if (found == std::end(kStepNames)) continue;
    if (!name.empty())
      step.fail(fmt::format("one step is both {} and {}", name, *found),
                "write two steps, each in its own { }");
    name = *found;
  }
  return name;
}

Json values(const ChannelValues& from) {
  return from.perChannel ? Json(from.values) : Json(from.values.at(0));
}

Json withSampling(Json step, const Sampling& sampling) {
  constexpr const char* kFilters[] = {"nearest", "bilinear", "bicubic", "area", "lanczos"};
  step["filter"] = kFilters[static_cast<size_t>(sampling.filter)];
  step["antialias"] = sampling.antialias;
  return step;
}

struct ToJson {
  Json operator()(const ResizeShorterStep& step) const {
    return withSampling({{"resize_shorter", step.size}}, step.sampling);
  }
  Json operator()(const ResizeStep& step) const {
    return withSampling({{"resize", {step.height, step.width}}}, step.sampling);
  }
  Json operator()(const LetterboxStep& step) const {
    const Json box = {{"size", {step.box.height, step.box.width}},
                      {"fill", colorToJson(step.box.fill)},
                      {"align", step.box.align == Align::center ? "center" : "top_left"},
                      {"enlarge", step.box.enlarge}};
    return withSampling({{"letterbox", box}}, step.sampling);
  }
  Json operator()(const CenterCropStep& step) const { return {{"center_crop", {step.height, step.width}}}; }
  Json operator()(const PadStep& step) const {
    const Pad& pad = step.pad;
    return {{"pad", {pad.top, pad.left, pad.bottom, pad.right}}, {"fill", colorToJson(pad.fill)}};
  }
  Json operator()(const BgrStep&) const { return {{"bgr", true}}; }
  Json operator()(const ScaleStep& step) const { return {{"scale", values(step.factor)}}; }
  Json operator()(const SubtractStep& step) const { return {{"subtract", values(step.value)}}; }
  Json operator()(const DivideStep& step) const { return {{"divide", values(step.value)}}; }
  Json operator()(const NormalizeStep& step) const {
    return {{"normalize", {{"mean", values(step.mean)}, {"std", values(step.std)}}}};
  }
  Json operator()(const LayoutStep& step) const {
    return {{"layout", step.layout == Layout::nchw ? "NCHW" : "NHWC"}};
  }
  Json operator()(const CastStep& step) const { return {{"cast", std::string(ridge::name(step.type))}}; }
};

bool isGeometry(const Step& step) {
  return step.index() <= 4;
}
static_assert(std::is_same_v<std::variant_alternative_t<4, Step>, PadStep>);

}  // namespace

std::string_view stepName(const Step& step) {
  return kStepNames[step.index()];
}

Step parseStep(const JsonReader& step) {
  if (!step.isObject()) step.fail("a step is an object such as {\"resize_shorter\": 256}");
  const std::string_view name = nameOf(step);
  if (name == "letterbox") return letterboxStep(step);
  if (name == "pad") return padStep(step);
  if (name == "resize_shorter") {
    step.expectKeys({"resize_shorter", "filter", "antialias"});
    return ResizeShorterStep{side(step.at(name)), sampling(step)};
  }
  if (name == "resize") {
    step.expectKeys({"resize", "filter", "antialias"});
    const auto [height, width] = size(step.at(name));
    return ResizeStep{height, width, sampling(step)};
  }
  if (!name.empty()) {
    step.expectKeys({name});
    return plainStep(name, step.at(name));
  }
  step.expectKeys({"resize_shorter", "resize", "letterbox", "center_crop", "pad", "bgr", "scale", "subtract",
                   "divide", "normalize", "layout", "cast"});
  step.fail("the step is empty", "remove it");
}

void checkOrder(const std::vector<Step>& steps, const JsonReader& list) {
  const std::vector<JsonReader> places = list.children();
  std::string_view arithmetic, layout, cast;
  for (size_t i = 0; i < steps.size(); ++i) {
    const std::string_view name = stepName(steps[i]);
    const bool isLayout = std::holds_alternative<LayoutStep>(steps[i]);
    const std::string_view earlier = !layout.empty() ? layout : arithmetic;
    if (isGeometry(steps[i]) && !(earlier.empty() && cast.empty()))
      places[i].fail(fmt::format("{} cannot come after {}: geometry works on 8-bit pixels", name,
                                 earlier.empty() ? cast : earlier),
                     "move it to the front");
    if (!cast.empty() && !isLayout)
      places[i].fail(fmt::format("{} cannot come after cast", name), "cast last");
    if (isLayout && !layout.empty()) places[i].fail("layout stands twice", "keep one");
    if (isLayout)
      layout = name;
    else if (std::holds_alternative<CastStep>(steps[i]))
      cast = name;
    else if (!isGeometry(steps[i]) && !std::holds_alternative<BgrStep>(steps[i]))
      arithmetic = name;
  }
}

std::array<uint8_t, 3> parseColor(const JsonReader& reader) {
  const auto level = [](const JsonReader& value) { return static_cast<uint8_t>(value.integer(0, 255)); };
  if (!reader.isArray()) return {level(reader), level(reader), level(reader)};
  const std::vector<JsonReader> levels = reader.children();
  if (levels.size() != 3) reader.fail("three numbers, [red, green, blue], are expected here");
  return {level(levels[0]), level(levels[1]), level(levels[2])};
}

Json colorToJson(const std::array<uint8_t, 3>& color) {
  return Json{color[0], color[1], color[2]};
}

Json toJsonValue(const Step& step) {
  return std::visit(ToJson{}, step);
}

}  // namespace ridge::pipeline
