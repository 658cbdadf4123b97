#include "passes/named_shapes.h"

#include <algorithm>

#include "ops/infer.h"
#include "ops/ops.h"

namespace ridge::passes {
namespace {

constexpr int64_t kMostNames = 1 << 16;  // symbols live as long as the process
constexpr size_t kMostSymbols = 16;      // of one product

/// No symbol of the graph begins with it.
std::string freePrefix(const Graph& graph) {
  std::string prefix = "~";
  for (ValueId id = 0; id < graph.valueCount(); ++id) {
    const Shape& shape = graph.value(id).shape;
    if (!shape.ranked()) continue;
    for (const Dim& dim : shape.dims())
      while (dim.isSymbol() && dim.symbolName().starts_with(prefix)) prefix += "~";
  }
  return prefix;
}

/// Element `at` of contents that may be one element for all.
const Dim& element(const std::vector<Dim>& contents, size_t at) {
  return contents[contents.size() == 1 ? 0 : at];
}

/// The number of elements of contents that are broadcast; 0 when they do not fit.
size_t commonSize(std::initializer_list<const std::vector<Dim>*> all) {
  size_t size = 1;
  for (const auto* contents : all) {
    if (contents->empty() || (size != 1 && contents->size() != 1 && contents->size() != size)) return 0;
    size = std::max(size, contents->size());
  }
  return size;
}

/// 1 when they are equal, 0 when they cannot be, else unknown. Symbols are never negative.
Dim isEqual(const Dim& a, const Dim& b) {
  if (a.sameAs(b)) return 1;
  const auto negative = [](const Dim& dim) { return dim.isInteger() && dim.value() < 0; };
  const bool differ =
      (a.isInteger() && b.isInteger()) || (a.isSymbol() && negative(b)) || (b.isSymbol() && negative(a));
  return differ ? Dim(0) : Dim();
}

}  // namespace

NamedShapes::NamedShapes(const Graph& graph) : graph_(graph), prefix_(freePrefix(graph)) {
  for (const ValueId input : graph_.inputs()) nameDims(input);
  for (const NodeId id : graph_.order()) {
    inferNode(graph_, id);
    nameOutputs(id);
  }
}

std::optional<std::vector<Dim>> NamedShapes::contents(ValueId id) const {
  if (id == kNoValue) return std::nullopt;
  const Value& value = graph_.value(id);
  if (!value.isConstant()) return value.contents;
  const auto integers = value.shape.isStatic() && value.shape.rank() <= 1
                            ? knownIntegers(graph_, id)
                            : std::optional<std::vector<int64_t>>();
  if (!integers) return std::nullopt;
  return std::vector<Dim>(integers->begin(), integers->end());
}

void NamedShapes::nameOutputs(NodeId id) {
  const Node& node = graph_.node(id);
  if (node.op == &ops::reshape) openDimension(node);
  elementsOf(node);
  for (const ValueId out : node.out)
    if (out != kNoValue) nameDims(out);
}

void NamedShapes::nameDims(ValueId id) {
  Value& value = graph_.value(id);
  if (!value.shape.ranked()) return;
  std::vector<Dim> dims = value.shape.dims();
  for (Dim& dim : dims)
    if (dim.isUnknown()) dim = fresh();
  value.shape = Shape(std::move(dims));
}

// What remains of the elements for the only dimension that inference leaves open. Where the others may be 0,
// it must be a -1: then the node itself has no answer for 0.
void NamedShapes::openDimension(const Node& node) {
  Value& out = graph_.value(node.out[0]);
  const Shape& in = graph_.value(node.in[0]).shape;
  if (!in.ranked() || !out.shape.ranked()) return;
  std::vector<Dim> dims = out.shape.dims(), others;
  const auto open = std::find_if(dims.begin(), dims.end(), [](const Dim& dim) { return dim.isUnknown(); });
  if (open == dims.end()) return;
  for (auto at = dims.begin(); at != dims.end(); ++at)
    if (at != open) others.push_back(*at);
  const auto whole = productOf(in.dims()), by = productOf(others);
  if (!whole || !by) return;
  const auto target = contents(node.in[1]);
  const auto axis = static_cast<size_t>(open - dims.begin());
  const bool isRest = target && axis < target->size() && (*target)[axis].sameAs(-1);
  const auto rest = by->symbols.empty() || isRest ? quotient(*whole, *by) : std::nullopt;
  if (!rest) return;
  *open = dimOf(*rest);
  out.shape = Shape(std::move(dims));
}

void NamedShapes::elementsOf(const Node& node) {
  if (node.op == &ops::mul || node.op == &ops::div) productElements(node);
  if (node.op == &ops::equal || node.op == &ops::where) selectedElements(node);
}

void NamedShapes::productElements(const Node& node) {
  Value& out = graph_.value(node.out[0]);
  const auto a = contents(node.in[0]), b = contents(node.in[1]);
  if (!out.contents || !a || !b || commonSize({&*a, &*b}) != out.contents->size()) return;
  for (size_t at = 0; at < out.contents->size(); ++at) {
    Dim& dim = (*out.contents)[at];
    const auto left = productOf({&element(*a, at), 1}), right = productOf({&element(*b, at), 1});
    if (!dim.isUnknown() || !left || !right) continue;
    const Dim both[] = {element(*a, at), element(*b, at)};
    const auto result = node.op == &ops::mul ? productOf(both) : quotient(*left, *right);
    if (result) dim = dimOf(*result);
  }
}

// Exporters write Where(Equal(shape, -1), 1, shape).
void NamedShapes::selectedElements(const Node& node) {
  const bool compares = node.op == &ops::equal;
  const auto a = contents(node.in[compares ? 0 : 1]), b = contents(node.in[compares ? 1 : 2]);
  if (!a || !b) return;
  std::vector<Dim> result;
  if (compares) {
    const size_t size = commonSize({&*a, &*b});
    for (size_t at = 0; at < size; ++at) result.push_back(isEqual(element(*a, at), element(*b, at)));
    conditions_[node.out[0]] = std::move(result);
    return;
  }
  const auto condition = conditions_.find(node.in[0]);
  if (condition == conditions_.end()) return;
  const size_t size = commonSize({&*a, &*b, &condition->second});
  for (size_t at = 0; at < size; ++at) {
    const Dim& taken = element(condition->second, at);
    const Dim &yes = element(*a, at), &no = element(*b, at);
    result.push_back(taken.isUnknown() ? (yes.sameAs(no) ? yes : Dim()) : taken == Dim(1) ? yes : no);
  }
  Value& out = graph_.value(node.out[0]);
  if (out.shape.ranked() && out.shape.rank() <= 1 && size > 0) out.contents = std::move(result);
}

Dim NamedShapes::fresh() {
  if (names_ >= kMostNames) return Dim();
  return Dim::symbol(prefix_ + std::to_string(names_++));
}

Dim NamedShapes::dimOf(const DimProduct& product) {
  if (product.symbols.empty() || product.factor == 0) return product.factor;
  if (product.factor == 1 && product.symbols.size() == 1) return Dim::symbol(product.symbols.front());
  if (const auto same = known_.find(product); same != known_.end()) return same->second;
  const Dim made = fresh();
  if (!made.isSymbol()) return made;
  meanings_[made.symbolName()] = product;
  known_[product] = made;
  return made;
}

std::optional<DimProduct> NamedShapes::productOf(std::span<const Dim> dims) const {
  DimProduct product;
  const auto times = [&](int64_t factor) {
    return !__builtin_mul_overflow(product.factor, factor, &product.factor);
  };
  for (const Dim& dim : dims) {
    if (dim.isUnknown() || (dim.isInteger() && (dim.value() < 0 || !times(dim.value())))) return std::nullopt;
    if (!dim.isSymbol()) continue;
    const auto meaning = meanings_.find(dim.symbolName());
    if (meaning == meanings_.end()) {
      product.symbols.push_back(dim.symbolName());
    } else {
      if (!times(meaning->second.factor)) return std::nullopt;
      product.symbols.insert(product.symbols.end(), meaning->second.symbols.begin(),
                             meaning->second.symbols.end());
    }
    if (product.symbols.size() > kMostSymbols) return std::nullopt;
  }
  std::sort(product.symbols.begin(), product.symbols.end());
  return product;
}

std::optional<DimProduct> NamedShapes::quotient(const DimProduct& whole, const DimProduct& by) {
  if (by.factor == 0 || whole.factor % by.factor != 0 ||
      !std::includes(whole.symbols.begin(), whole.symbols.end(), by.symbols.begin(), by.symbols.end()))
    return std::nullopt;
  DimProduct result{.factor = whole.factor / by.factor};
  std::set_difference(whole.symbols.begin(), whole.symbols.end(), by.symbols.begin(), by.symbols.end(),
                      std::back_inserter(result.symbols));
  return result;
}

}  // namespace ridge::passes
