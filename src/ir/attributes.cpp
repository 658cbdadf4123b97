#include "ir/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/text.h"

namespace ridge {
namespace {

template <class T>
std::string valueText(const T& value) {
  if constexpr (std::is_same_v<T, std::string>)
    return inQuotes(value);
  else if constexpr (std::is_same_v<T, Tensor>)
    return fmt::format("{}[{}]", name(value.type()), toString(value.dims()));
  else
    return fmt::format("{}", value);
}

template <class T>
std::string valueText(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) {
    if (text.size() > 1) text += ',';
    text += valueText(value);
  }
  return text + ']';
}

// Floats by their bits, so that NaN equals itself and -0 differs from 0.
bool sameBits(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

template <class T>
bool sameValue(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Tensor>)
    return a.sameAs(b);
  else if constexpr (std::is_same_v<T, float>)
    return sameBits(a, b);
  else if constexpr (std::is_same_v<T, std::vector<float>>)
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), sameBits);
  else
    return a == b;
}

void hashValue(Hasher& hasher, int64_t value) {
  hasher.add(static_cast<uint64_t>(value));
}
void hashValue(Hasher& hasher, float value) {
  hasher.add(std::as_bytes(std::span(&value, 1)));
}
void hashValue(Hasher& hasher, const std::string& value) {
  hasher.addText(value);
}
void hashValue(Hasher& hasher, const Tensor& value) {
  const Hash128 hash = value.hash();
  hasher.add(hash.low).add(hash.high);
}
template <class T>
void hashValue(Hasher& hasher, const std::vector<T>& values) {
  hasher.add(values.size());
  for (const T& value : values) hashValue(hasher, value);
}

auto placeOf(auto& items, std::string_view name) {
  return std::lower_bound(items.begin(), items.end(), name,
                          [](const auto& item, std::string_view wanted) { return item.first < wanted; });
}

}  // namespace

void AttributeMap::set(std::string name, AttributeValue value) {
  const auto place = placeOf(items_, name);
  if (place != items_.end() && place->first == name)
    place->second = std::move(value);
  else
    items_.emplace(place, std::move(name), std::move(value));
}

const AttributeValue* AttributeMap::find(std::string_view name) const {
  const auto place = placeOf(items_, name);
  return place != items_.end() && place->first == name ? &place->second : nullptr;
}

void AttributeMap::erase(std::string_view name) {
  const auto place = placeOf(items_, name);
  if (place != items_.end() && place->first == name) items_.erase(place);
}

std::string AttributeMap::toString() const {
  std::string text;
  for (const auto& [name, value] : items_) {
    if (!text.empty()) text += ' ';
    text += escaped(name);
    text += '=';
    text += std::visit([](const auto& typed) { return valueText(typed); }, value);
  }
  return text;
}

bool AttributeMap::sameAs(const AttributeMap& other) const {
  const auto sameItem = [](const auto& mine, const auto& its) {
    if (mine.first != its.first || mine.second.index() != its.second.index()) return false;
    return std::visit(
        [&](const auto& typed) {
          return sameValue(typed, std::get<std::decay_t<decltype(typed)>>(its.second));
        },
        mine.second);
  };
  return std::equal(items_.begin(), items_.end(), other.items_.begin(), other.items_.end(), sameItem);
}

uint64_t AttributeMap::hash() const {
  Hasher hasher;
  for (const auto& [name, value] : items_) {
    hasher.addText(name).add(value.index());
    std::visit([&](const auto& typed) { hashValue(hasher, typed); }, value);
  }
  return hasher.digest64();
}

bool sameAttributes(const AttributesPtr& a, const AttributesPtr& b) {
  if (a == b) return true;
  return (a ? a->toMap() : AttributeMap()).sameAs(b ? b->toMap() : AttributeMap());
}

void AttributeReader::expectAllRead() const {
  for (const auto& [name, value] : map_.items())
    if (std::find(taken_.begin(), taken_.end(), name) == taken_.end())
      failInput(fmt::format("the op has no attribute {}", inQuotes(name)));
}

const AttributeValue* AttributeReader::take(std::string_view name) {
  taken_.push_back(name);
  return map_.find(name);
}

void AttributeReader::missing(std::string_view name) {
  failInput(fmt::format("the required attribute {} is missing", inQuotes(name)));
}

void AttributeReader::wrongType(std::string_view name) {
  failInput(fmt::format("the attribute {} has the wrong type", inQuotes(name)));
}

}  // namespace ridge
