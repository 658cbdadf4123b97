#include "pipeline/spec.h"

#include <algorithm>

#include "base/error.h"
#include "pipeline/file_bytes.h"
#include "pipeline/json_reader.h"
#include "pipeline/spec_steps.h"

namespace ridge::pipeline {
namespace {

constexpr int64_t kMostBytes = int64_t{1} << 20;
constexpr int64_t kLargestOffset = 1'000'000;

std::vector<InputSpec> parseInputs(const JsonReader& inputs) {
  if (!inputs.isObject()) inputs.fail("an object of inputs and their steps is expected here");
  std::vector<InputSpec> made;
  for (const JsonReader& input : inputs.children()) {
    if (!input.isArray()) input.fail("a list [ ] of steps is expected here");
    InputSpec& spec = made.emplace_back();
    spec.name = input.key();
    for (const JsonReader& step : input.children()) spec.steps.push_back(parseStep(step));
    checkOrder(spec.steps, input);
  }
  if (made.empty()) inputs.fail("no input is described");
  return made;
}

Task parseTask(const JsonReader& task) {
  task.expectKeys({"classification", "detection", "segmentation"});
  const std::vector<JsonReader> kinds = task.children();
  if (kinds.size() != 1) task.fail("exactly one task is expected here");
  const JsonReader& kind = kinds[0];
  if (kind.key() != "classification")
    kind.fail("the task " + kind.key() + " is not built yet", "only classification is");
  kind.expectKeys({"output", "label_offset"});
  ClassificationTask made;
  if (kind.has("output")) made.output = kind.at("output").text();
  if (kind.has("label_offset"))
    made.labelOffset = kind.at("label_offset").integer(-kLargestOffset, kLargestOffset);
  return made;
}

Json toJsonValue(const ClassificationTask& task) {
  Json value = Json::object();
  if (!task.output.empty()) value["output"] = task.output;
  value["label_offset"] = task.labelOffset;
  return {{"classification", value}};
}

}  // namespace

Spec parseSpec(std::string_view text, const std::string& name) {
  const Json document = parseJson(text, name);
  const JsonReader reader(document, name);
  reader.expectKeys({"version", "exif", "color", "background", "inputs", "task"});
  if (reader.at("version").integer(0, kLargestOffset) != 1)
    reader.at("version").fail("this version of the pipeline specification is not known", "version 1 is");
  Spec spec;
  if (reader.has("exif")) spec.decode.exif = reader.at("exif").boolean();
  if (reader.has("color")) spec.decode.color = static_cast<Color>(reader.at("color").choice({"rgb", "grey"}));
  if (reader.has("background")) spec.decode.background = parseColor(reader.at("background"));
  spec.inputs = parseInputs(reader.at("inputs"));
  if (reader.has("task")) spec.task = parseTask(reader.at("task"));
  return spec;
}

Spec readSpec(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = readBytes(file, kMostBytes);
  return parseSpec({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
}

std::string toJson(const Spec& spec) {
  Json document;
  document["version"] = 1;
  document["exif"] = spec.decode.exif;
  document["color"] = spec.decode.color == Color::grey ? "grey" : "rgb";
  if (spec.decode.background) document["background"] = colorToJson(*spec.decode.background);
  Json& inputs = document["inputs"] = Json::object();
  for (const InputSpec& input : spec.inputs) {
    Json steps = Json::array();
    for (const Step& step : input.steps) steps.push_back(toJsonValue(step));
    inputs[input.name] = std::move(steps);
  }
  if (spec.task)
    document["task"] = std::visit([](const auto& task) { return toJsonValue(task); }, *spec.task);
  return document.dump();
}

}  // namespace ridge::pipeline
