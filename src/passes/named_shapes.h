// Shapes in which every unknown dimension has a name, so that equal ones can be told.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/matcher.h"

namespace ridge::passes {

/// A positive number times dimensions: 4 * N * N.
struct DimProduct {
  int64_t factor = 1;
  std::vector<std::string> symbols = {};  ///< sorted, with repetition

  auto operator<=>(const DimProduct&) const = default;
};

/// A copy of a graph whose shapes and contents are inferred anew with a fresh symbol for each dimension that
/// stays unknown. A symbol may stand for a product of others; quotients of products are taken, nothing else
/// is simplified. Symbols are never negative. They mean something only among the values of one NamedShapes.
class NamedShapes {
 public:
  explicit NamedShapes(const Graph& graph);

  const Shape& shape(ValueId id) const { return graph_.value(id).shape; }
  /// Partly known elements of an integer scalar or vector, also of a constant; none: nothing is known.
  std::optional<std::vector<Dim>> contents(ValueId id) const;

 private:
  void nameOutputs(NodeId id);
  void nameDims(ValueId id);
  void openDimension(const Node& node);
  void elementsOf(const Node& node);
  void productElements(const Node& node);
  void selectedElements(const Node& node);

  Dim fresh();
  Dim dimOf(const DimProduct& product);
  std::optional<DimProduct> productOf(std::span<const Dim> dims) const;
  static std::optional<DimProduct> quotient(const DimProduct& whole, const DimProduct& by);

  Graph graph_;
  std::string prefix_;
  int64_t names_ = 0;
  std::map<std::string, DimProduct> meanings_;      // of symbols that are products
  std::map<DimProduct, Dim> known_;                 // the other way round
  std::map<ValueId, std::vector<Dim>> conditions_;  // elements of comparisons: 0, 1 or unknown
};

}  // namespace ridge::passes
