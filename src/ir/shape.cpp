#include "ir/shape.h"

#include <fmt/format.h>

#include <deque>
#include <mutex>
#include <unordered_map>

namespace ridge {
namespace {

// Symbols live as long as the process; a deque keeps their addresses.
struct Symbols {
  std::mutex mutex;
  std::deque<std::string> names;
  std::unordered_map<std::string_view, int64_t> indices;
};

Symbols& symbols() {
  static auto* const all = new Symbols;  // never destroyed: shapes may outlive other statics
  return *all;
}

[[noreturn]] void contradiction(const std::string& a, const std::string& b) {
  failInput(fmt::format("the shapes {} and {} contradict each other", a, b));
}

bool isInteger(const Dim& dim, int64_t value) {
  return dim.isInteger() && dim.value() == value;
}

// Nothing when the two cannot be broadcast.
std::optional<Dim> broadcastDim(const Dim& a, const Dim& b) {
  if (isInteger(a, 1)) return b;
  if (isInteger(b, 1)) return a;
  if (a.isInteger() && b.isInteger()) return a == b ? std::optional(a) : std::nullopt;
  if (a.isInteger()) return a;  // the other is 1 or the same
  if (b.isInteger()) return b;
  return a.sameAs(b) ? a : Dim();
}

}  // namespace

Dim Dim::symbol(std::string_view name) {
  Dim dim;
  if (name.empty()) return dim;
  Symbols& all = symbols();
  const std::lock_guard lock(all.mutex);
  auto found = all.indices.find(name);
  if (found == all.indices.end()) {
    all.names.emplace_back(name);
    found = all.indices.emplace(all.names.back(), static_cast<int64_t>(all.names.size()) - 1).first;
  }
  dim.kind_ = Kind::symbol;
  dim.value_ = found->second;
  return dim;
}

int64_t Dim::value() const {
  check(isInteger(), "only an integer dimension has a value");
  return value_;
}

const std::string& Dim::symbolName() const {
  check(isSymbol(), "only a symbolic dimension has a name");
  Symbols& all = symbols();
  const std::lock_guard lock(all.mutex);
  return all.names[static_cast<size_t>(value_)];
}

std::string Dim::toString() const {
  if (isInteger()) return std::to_string(value_);
  return isSymbol() ? symbolName() : "?";
}

Shape Shape::of(std::span<const int64_t> dims) {
  return Shape(std::vector<Dim>(dims.begin(), dims.end()));
}

const std::vector<Dim>& Shape::dims() const {
  check(ranked(), "the dimensions of a shape are asked for only when its rank is known");
  return *dims_;
}

const Dim& Shape::operator[](int64_t axis) const {
  check(axis >= 0 && axis < rank(), "an axis lies within the rank");
  return dims()[static_cast<size_t>(axis)];
}

bool Shape::isStatic() const {
  if (!ranked()) return false;
  for (const Dim& dim : *dims_)
    if (!dim.isInteger()) return false;
  return true;
}

Dims Shape::staticDims() const {
  Dims result;
  result.reserve(dims().size());
  for (const Dim& dim : dims()) result.push_back(dim.value());
  return result;
}

std::optional<int64_t> Shape::count() const {
  if (!isStatic()) return std::nullopt;
  return elementCount(staticDims());
}

std::string Shape::toString() const {
  if (!ranked()) return "[?]";
  std::string text = "[";
  for (const Dim& dim : *dims_) {
    if (text.size() > 1) text += ',';
    text += dim.toString();
  }
  return text + ']';
}

Dim merge(const Dim& a, const Dim& b) {
  if (a.isInteger() && b.isInteger() && a != b)
    failInput(fmt::format("the dimensions {} and {} contradict each other", a.value(), b.value()));
  if (a.isInteger() || b.isUnknown()) return a;
  return b.isInteger() || a.isUnknown() ? b : a;
}

Shape merge(const Shape& a, const Shape& b) {
  if (!a.ranked()) return b;
  if (!b.ranked()) return a;
  if (a.rank() != b.rank()) contradiction(a.toString(), b.toString());
  std::vector<Dim> dims;
  dims.reserve(a.dims().size());
  for (int64_t axis = 0; axis < a.rank(); ++axis) {
    if (a[axis].isInteger() && b[axis].isInteger() && a[axis] != b[axis])
      contradiction(a.toString(), b.toString());
    dims.push_back(merge(a[axis], b[axis]));
  }
  return Shape(std::move(dims));
}

Shape broadcast(const Shape& a, const Shape& b) {
  if (!a.ranked() || !b.ranked()) return Shape();
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  std::vector<Dim> dims = longer.dims();
  const int64_t shift = longer.rank() - shorter.rank();
  for (int64_t axis = shift; axis < longer.rank(); ++axis) {
    const std::optional<Dim> dim = broadcastDim(longer[axis], shorter[axis - shift]);
    if (!dim) failInput(fmt::format("the shapes {} and {} cannot be broadcast", a.toString(), b.toString()));
    dims[static_cast<size_t>(axis)] = *dim;
  }
  return Shape(std::move(dims));
}

Dims broadcast(std::span<const int64_t> a, std::span<const int64_t> b) {
  return broadcast(Shape::of(a), Shape::of(b)).staticDims();
}

int64_t normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    failInput(fmt::format("axis {} lies outside a shape of {} dimensions", axis, rank));
  return axis < 0 ? axis + rank : axis;
}

}  // namespace ridge
