// Typed attributes: each op family has a struct with one `visit` that names its fields. Reading, writing,
// equality, hashing and dumping all go through it, by way of AttributeMap, the neutral form that files store.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ir/tensor.h"

namespace ridge {

using AttributeValue = std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>,
                                    std::vector<std::string>, Tensor>;

/// Attributes as a file has them: name and value, in order of name.
class AttributeMap {
 public:
  void set(std::string name, AttributeValue value);
  const AttributeValue* find(std::string_view name) const;  ///< null when absent
  void erase(std::string_view name);
  const std::vector<std::pair<std::string, AttributeValue>>& items() const { return items_; }
  std::string toString() const;  ///< "group=1 pads=[1,1,1,1]"; tensors by type and shape
  bool sameAs(const AttributeMap& other) const;
  uint64_t hash() const;

 private:
  std::vector<std::pair<std::string, AttributeValue>> items_;
};

/// Base of every op's attributes. Immutable once made.
struct Attributes {
  virtual ~Attributes() = default;
  virtual AttributeMap toMap() const = 0;
};
using AttributesPtr = std::shared_ptr<const Attributes>;

bool sameAttributes(const AttributesPtr& a, const AttributesPtr& b);

/// Reads the fields of one node out of its map; knows which names nobody asked for.
class AttributeReader {
 public:
  explicit AttributeReader(const AttributeMap& map) : map_(map) {}

  /// Optional field: keeps `field` (its default) when the map has none. A wrong type is Error{input}.
  template <class T>
  void operator()(std::string_view name, T& field) {
    if (const AttributeValue* value = take(name)) assign(name, *value, field);
  }
  /// Field that must be there.
  template <class T>
  void required(std::string_view name, T& field) {
    const AttributeValue* value = take(name);
    if (!value) missing(name);
    assign(name, *value, field);
  }

  /// Throws Error{input} naming an attribute that the op does not have.
  void expectAllRead() const;

 private:
  template <class T>
  static void assign(std::string_view name, const AttributeValue& value, T& field);
  const AttributeValue* take(std::string_view name);
  [[noreturn]] static void missing(std::string_view name);
  [[noreturn]] static void wrongType(std::string_view name);

  const AttributeMap& map_;
  std::vector<std::string_view> taken_;
};

/// Writes fields into a map; optional fields that equal their default are left out.
class AttributeWriter {
 public:
  AttributeWriter(AttributeMap& map, const void* self, const void* defaults)
      : map_(map), self_(self), defaults_(defaults) {}
  template <class T>
  void operator()(std::string_view name, const T& field);
  template <class T>
  void required(std::string_view name, const T& field);

 private:
  AttributeMap& map_;
  const void *self_, *defaults_;
};

/// Derive as `struct ConvAttributes : AttributesOf<ConvAttributes>` and give the struct one
///     template <class Self, class V> static void visit(Self& self, V& v) { v("group", self.group); ... }
/// Field types: int64_t, float, bool (stored as int), std::string, vectors of int64_t / float / std::string,
/// Tensor, and std::optional of any of them. `Base` is another op's struct whose fields this one has too.
template <class Derived, class Base = Attributes>
struct AttributesOf : Base {
  static AttributesPtr read(AttributeReader& reader) {
    auto made = std::make_shared<Derived>();
    Derived::visit(*made, reader);
    return made;
  }
  AttributeMap toMap() const override {
    static const Derived defaults{};
    AttributeMap map;
    const auto& self = static_cast<const Derived&>(*this);
    AttributeWriter writer(map, &self, &defaults);
    Derived::visit(self, writer);
    return map;
  }
};

/// Ops without attributes.
struct NoAttributes : AttributesOf<NoAttributes> {
  template <class Self, class V>
  static void visit(Self&, V&) {}
};

}  // namespace ridge

#include "ir/attributes_inl.h"
