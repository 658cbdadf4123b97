// A JSON value with its path, read with one clear error for whatever is wrong. Only for folders that link
// nlohmann_json themselves: this one and analyze/.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ridge::pipeline {

using Json = nlohmann::ordered_json;

/// Throws Error{input} for what is not JSON, over 1 MiB, over 64 levels deep, or has a key twice in one
/// object.
Json parseJson(std::string_view text, const std::string& name);

/// Refers to a value of a document that outlives it.
class JsonReader {
 public:
  JsonReader(const Json& value, std::string file) : value_(value), file_(std::move(file)) {}

  /// Throws unless the value is an object with no other keys than these; suggests the nearest for a misspelt
  /// one.
  void expectKeys(std::initializer_list<std::string_view> allowed) const;
  bool has(std::string_view key) const { return value_.is_object() && value_.contains(key); }
  /// A member that must be there.
  JsonReader at(std::string_view key) const;
  /// All members of an object, or all elements of an array, in order.
  std::vector<JsonReader> children() const;
  bool isArray() const { return value_.is_array(); }
  bool isObject() const { return value_.is_object(); }
  bool isNull() const { return value_.is_null(); }
  /// The key under which this value stands in its object.
  const std::string& key() const { return key_; }

  int64_t integer(int64_t low, int64_t high) const;
  /// Finite also as float32.
  double number() const;
  bool boolean() const;
  const std::string& text() const;
  /// The position of the text in `names`.
  size_t choice(std::initializer_list<std::string_view> names) const;

  /// Throws Error{input} that names this value's path.
  [[noreturn]] void fail(std::string what, std::string todo = {}) const;

 private:
  JsonReader(const Json& value, std::string file, std::string path, std::string key)
      : value_(value), file_(std::move(file)), path_(std::move(path)), key_(std::move(key)) {}
  JsonReader member(const std::string& key, const Json& value) const;

  const Json& value_;
  std::string file_, path_, key_;
};

}  // namespace ridge::pipeline
