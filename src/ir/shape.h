// Shapes with symbolic and unknown dimensions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/tensor.h"

namespace ridge {

/// An integer, an interned symbol, or unknown. Only equality is known of symbols.
class Dim {
 public:
  Dim() = default;                                             ///< unknown
  Dim(int64_t value) : value_(value), kind_(Kind::integer) {}  // NOLINT(google-explicit-constructor)
  static Dim symbol(std::string_view name);  ///< interned for the life of the process; "" is unknown

  bool isInteger() const { return kind_ == Kind::integer; }
  bool isSymbol() const { return kind_ == Kind::symbol; }
  bool isUnknown() const { return kind_ == Kind::unknown; }
  int64_t value() const;                  ///< of an integer
  const std::string& symbolName() const;  ///< of a symbol
  std::string toString() const;           ///< "3", "N", "?"

  /// Known to be equal: the same integer or the same symbol. Two unknowns are not.
  bool sameAs(const Dim& other) const { return kind_ != Kind::unknown && *this == other; }
  bool operator==(const Dim&) const = default;

 private:
  enum class Kind : uint8_t { unknown, integer, symbol };
  int64_t value_ = 0;  // the integer, or the index of the symbol
  Kind kind_ = Kind::unknown;
};

/// Dimensions in ONNX axis order, or nothing known at all.
class Shape {
 public:
  Shape() = default;  ///< rank unknown
  explicit Shape(std::vector<Dim> dims) : dims_(std::move(dims)) {}
  static Shape of(std::span<const int64_t> dims);
  static Shape scalar() { return Shape(std::vector<Dim>{}); }

  bool ranked() const { return dims_.has_value(); }
  int64_t rank() const { return static_cast<int64_t>(dims().size()); }
  const std::vector<Dim>& dims() const;
  const Dim& operator[](int64_t axis) const;  ///< 0 <= axis < rank
  bool isStatic() const;                      ///< every dimension an integer
  Dims staticDims() const;                    ///< of a static shape
  std::optional<int64_t> count() const;       ///< elements, if static
  std::string toString() const;               ///< "[N,3,224,224]", "[?]" when the rank is unknown

  bool operator==(const Shape&) const = default;

 private:
  std::optional<std::vector<Dim>> dims_;
};

/// What is known of both; throws Error{input} when integers or ranks contradict each other.
Dim merge(const Dim& a, const Dim& b);
Shape merge(const Shape& a, const Shape& b);

/// ONNX (numpy) broadcasting of two shapes; unknown where it cannot be told.
Shape broadcast(const Shape& a, const Shape& b);
Dims broadcast(std::span<const int64_t> a, std::span<const int64_t> b);

/// Axis in [-rank, rank) made non-negative; throws Error{input} outside.
int64_t normalizeAxis(int64_t axis, int64_t rank);

}  // namespace ridge
