// The reductions: ReduceSum and its kin, ArgMax, ArgMin.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// Axes are input 1, a constant as a rule. Without axes (or with none in it) all axes are reduced, unless
/// noopWithEmptyAxes says that none is.
struct ReduceAttributes : AttributesOf<ReduceAttributes> {
  bool keepDims = true;
  bool noopWithEmptyAxes = false;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("keepdims", self.keepDims);
    v("noop_with_empty_axes", self.noopWithEmptyAxes);
  }
};

struct ArgAttributes : AttributesOf<ArgAttributes> {
  int64_t axis = 0;
  bool keepDims = true;
  bool selectLastIndex = false;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("keepdims", self.keepDims);
    v("select_last_index", self.selectLastIndex);
  }
};

/// The axes that a reduction over an input of this rank reduces, ascending; `axes` is what input 1 holds
/// (nothing or empty: see above). Throws Error{input} for axes that do not exist or are named twice.
std::vector<int64_t> reducedAxes(const ReduceAttributes& attrs, const std::vector<int64_t>& axes,
                                 int64_t rank);

/// The same for a node of a graph; nothing when the axes or the rank are not known.
std::optional<std::vector<int64_t>> reducedAxes(const Graph& graph, const Node& node);

}  // namespace ridge
