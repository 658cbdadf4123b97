#include "profile_reader.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/text.h"
#include "pipeline/json_reader.h"

namespace ridge::tool {

namespace {

using pipeline::JsonReader;

constexpr const char* kAdvice = "write one with `ridge profile --json FILE`";
constexpr int64_t kMostCount = int64_t{1} << 53;

std::vector<std::string> textsIn(const JsonReader& list) {
  if (!list.isArray()) list.fail("a list is expected here");
  std::vector<std::string> all;
  for (const JsonReader& item : list.children()) all.push_back(item.text());
  return all;
}

/// Milliseconds; null where they are not known.
std::optional<double> timeIn(const JsonReader& value) {
  if (value.isNull()) return std::nullopt;
  const double number = value.number();
  if (number < 0) value.fail("a time is not negative");
  return number;
}

std::string textOrNone(const JsonReader& object, const char* key) {
  return object.has(key) ? object.at(key).text() : "";
}

/// Nothing for 0 also: networks without multiply-adds.
std::optional<int64_t> countOrNone(const JsonReader& object, const char* key) {
  if (!object.has(key)) return std::nullopt;
  const int64_t count = object.at(key).integer(0, kMostCount);
  return count > 0 ? std::optional(count) : std::nullopt;
}

ProfileSubject subjectOf(const JsonReader& profile) {
  ProfileSubject subject;
  subject.batch = countOrNone(profile, "batch");
  subject.threads = countOrNone(profile, "threads");
  subject.device = textOrNone(profile, "device");
  subject.architecture = textOrNone(profile, "isa");
  subject.cpu = textOrNone(profile, "cpu");
  if (profile.has("model")) {
    const JsonReader sums = profile.at("model");
    subject.macs = countOrNone(sums, "macs");
    subject.parameters = countOrNone(sums, "parameters");
  }
  return subject;
}

analyze::ComparedLayer layerOf(const JsonReader& layer) {
  return {layer.at("name").text(),  layer.at("kernel").text(),    layer.at("precision").text(),
          textsIn(layer.at("ops")), textsIn(layer.at("members")), textsIn(layer.at("origins")),
          timeIn(layer.at("ms"))};
}

}  // namespace

bool isProfileFile(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  // No model and no engine begins with a brace.
  std::ifstream file(path, std::ios::binary);
  return (file >> std::ws).peek() == '{';
}

ReadProfile readProfile(const std::string& path) {
  const auto file = MappedFile::open(path);
  // Not parseJson: profiles of large networks are larger than it takes.
  const auto document = pipeline::Json::parse(file->text(), nullptr, false);
  if (document.is_discarded()) failInput("the profile is not complete JSON", escaped(path), kAdvice);
  const JsonReader whole(document, escaped(path));
  if (!whole.has("kind") || whole.at("kind").text() != "profile") whole.fail("it is no profile", kAdvice);
  ReadProfile profile{{}, timeIn(whole.at("latency_ms").at("median")), subjectOf(whole)};
  const JsonReader layers = whole.at("layers");
  if (!layers.isArray()) layers.fail("a list is expected here");
  for (const JsonReader& layer : layers.children()) profile.layers.push_back(layerOf(layer));
  return profile;
}

}  // namespace ridge::tool
