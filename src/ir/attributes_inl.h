// Template bodies of ir/attributes.h.
#pragma once

#include <optional>
#include <type_traits>

#include "ir/attributes.h"

namespace ridge {
namespace detail {
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
AttributeValue toAttributeValue(const T& field) {
  if constexpr (std::is_same_v<T, bool>)
    return AttributeValue(static_cast<int64_t>(field));
  else if constexpr (IsOptional<T>::value)
    return toAttributeValue(*field);
  else
    return AttributeValue(field);
}

template <class T>
bool sameField(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Tensor>)
    return a.sameAs(b);
  else if constexpr (std::is_same_v<T, std::optional<Tensor>>)
    return a.has_value() == b.has_value() && (!a || a->sameAs(*b));
  else
    return a == b;
}
}  // namespace detail

template <class T>
void AttributeReader::assign(std::string_view name, const AttributeValue& value, T& field) {
  if constexpr (std::is_same_v<T, bool>) {
    const auto* number = std::get_if<int64_t>(&value);
    if (!number) wrongType(name);
    field = *number != 0;
  } else if constexpr (detail::IsOptional<T>::value) {
    assign(name, value, field.emplace());
  } else {
    const auto* typed = std::get_if<T>(&value);
    if (!typed) wrongType(name);
    field = *typed;
  }
}

template <class T>
void AttributeWriter::operator()(std::string_view name, const T& field) {
  if constexpr (detail::IsOptional<T>::value) {
    if (!field.has_value()) return;
  }
  // The twin of this field in a default-constructed struct lies at the same offset.
  const auto offset = reinterpret_cast<const std::byte*>(&field) - static_cast<const std::byte*>(self_);
  const auto& usual = *reinterpret_cast<const T*>(static_cast<const std::byte*>(defaults_) + offset);
  if (!detail::sameField(field, usual)) map_.set(std::string(name), detail::toAttributeValue(field));
}

template <class T>
void AttributeWriter::required(std::string_view name, const T& field) {
  map_.set(std::string(name), detail::toAttributeValue(field));
}

}  // namespace ridge
