#include "pipeline/json_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace ridge::pipeline {
namespace {

constexpr size_t kMostBytes = size_t{1} << 20;
constexpr int kMostLevels = 64;

/// Called by the parser for each event: counts levels and remembers the keys of the objects that are open.
class Guard {
 public:
  explicit Guard(const std::string& name) : name_(name) {}

  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= kMostLevels)
      failInput(fmt::format("the JSON is nested over {} levels deep", kMostLevels), name_,
                "simplify the file");
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.back().insert(value.get<std::string>()).second)
      failInput(
          fmt::format("the key {} stands twice in one object", ridge::inQuotes(value.get<std::string>())),
          name_, "remove one");
    return true;
  }

 private:
  const std::string& name_;
  std::vector<std::set<std::string>> open_;
};

/// What to do about a text that is none of `names`.
std::string advice(std::string_view text, std::initializer_list<std::string_view> names) {
  const std::vector<std::string> known(names.begin(), names.end());
  const std::string nearest = suggestion(text, known);
  return nearest.empty() ? fmt::format("known are {}", fmt::join(known, ", ")) : nearest;
}

}  // namespace

Json parseJson(std::string_view text, const std::string& name) {
  if (text.size() > kMostBytes)
    failInput(fmt::format("the JSON has {} bytes, over the limit of {}", text.size(), kMostBytes), name,
              "simplify the file");
  try {
    return Json::parse(text, Guard(name));
  } catch (const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
    std::string_view reason = error.what();
    if (const size_t end = reason.find("] "); end != std::string_view::npos) reason.remove_prefix(end + 2);
    failInput("the file is not valid JSON: " + ridge::inQuotes(reason.substr(0, 200)), name,
              "mend it there; `python3 -m json.tool FILE` shows such places too");
  }
}

void JsonReader::fail(std::string what, std::string todo) const {
  failInput(std::move(what), path_.empty() ? file_ : file_ + " at " + path_,
            todo.empty() ? "mend the file there" : std::move(todo));
}

JsonReader JsonReader::member(const std::string& key, const Json& value) const {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  const std::string step = !plain          ? fmt::format("[{}]", ridge::inQuotes(key))
                           : path_.empty() ? key
                                           : fmt::format(".{}", key);
  return {value, file_, path_ + step, key};
}

void JsonReader::expectKeys(std::initializer_list<std::string_view> allowed) const {
  if (!value_.is_object()) fail("an object { } is expected here");
  for (const auto& [key, value] : value_.items())
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end())
      member(key, value).fail("unknown key " + ridge::inQuotes(key), advice(key, allowed));
}

JsonReader JsonReader::at(std::string_view key) const {
  if (!has(key)) fail(fmt::format("the key \"{}\" is missing", key));
  return member(std::string(key), value_.at(std::string(key)));
}

std::vector<JsonReader> JsonReader::children() const {
  if (!value_.is_structured()) fail("a list or an object is expected here");
  std::vector<JsonReader> made;
  if (value_.is_object()) {
    for (const auto& [key, value] : value_.items()) made.push_back(member(key, value));
  } else {
    for (size_t i = 0; i < value_.size(); ++i)
      made.push_back(JsonReader(value_[i], file_, fmt::format("{}[{}]", path_, i), {}));
  }
  return made;
}

int64_t JsonReader::integer(int64_t low, int64_t high) const {
  // 224.0 is as good as 224: writers of JSON differ.
  const double value = value_.is_number() ? value_.get<double>() : std::numeric_limits<double>::quiet_NaN();
  if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) ||
      value != std::floor(value))
    fail(fmt::format("a whole number from {} to {} is expected here", low, high));
  return static_cast<int64_t>(value);
}

double JsonReader::number() const {
  if (!value_.is_number()) fail("a number is expected here");
  const double value = value_.get<double>();
  if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max())))
    fail("the number is beyond the range of float32");
  return value;
}

bool JsonReader::boolean() const {
  if (!value_.is_boolean()) fail("true or false is expected here");
  return value_.get<bool>();
}

const std::string& JsonReader::text() const {
  if (!value_.is_string()) fail("a text in quotes is expected here");
  return value_.get_ref<const std::string&>();
}

size_t JsonReader::choice(std::initializer_list<std::string_view> names) const {
  const auto found = std::find(names.begin(), names.end(), text());
  if (found == names.end()) fail(ridge::inQuotes(text()) + " is not known here", advice(text(), names));
  return static_cast<size_t>(found - names.begin());
}

}  // namespace ridge::pipeline
