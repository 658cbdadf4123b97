// Pad's attributes and its amounts, for passes that fold it into a convolution.
#pragma once

#include <optional>
#include <span>

#include "ir/graph.h"
#include "ops/inline_vector.h"

namespace ridge::ops {

struct PadAttributes : AttributesOf<PadAttributes> {
  std::string mode = "constant";  ///< "constant", "reflect", "edge", "wrap"

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("mode", self.mode);
  }
};

/// Elements added in front of and behind every axis (negative: removed).
struct PadAmounts {
  InlineVector<int64_t, 32> before, after;
};
/// Of a tensor of `rank` dimensions, out of the elements of the inputs `pads` and `axes` (absent: all axes).
/// Throws Error{input} when they do not fit together.
PadAmounts padAmounts(std::span<const int64_t> pads, std::optional<std::span<const int64_t>> axes,
                      int64_t rank);

/// The amounts of a node whose pads and axes are constant and whose input's rank is known; null otherwise.
std::optional<PadAmounts> constantPadAmounts(const Node& node, const Graph& graph);

}  // namespace ridge::ops
