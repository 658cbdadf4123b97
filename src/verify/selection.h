// Outputs that tell what a network selected: detections, indices. Rounding may swap their order and change
// what lies on the edge of the selection, so they are compared as sets of rows.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// Share of the rows that must have a partner.
inline constexpr double kMatchedShare = 0.99;
/// Partners agree in every number within this share of the output's range, in every integer exactly.
inline constexpr double kRowTolerance = 1e-3;

/// By output of `graph`: the share of rows of `got` and `want` that have a partner in the other, of the
/// larger number of rows; nullopt where nothing is selected. Behind TopK, NonMaxSuppression and their like
/// rows may come in any order within their batch, and rows of several outputs (boxes [n,4], scores [n],
/// classes [n]) are one record. Behind ArgMax and ArgMin alone the order counts. Tensors that contradict each
/// other in more than the number of rows match nothing.
std::vector<std::optional<double>> matchedShares(const Graph& graph, const std::vector<Tensor>& got,
                                                 const std::vector<Tensor>& want);

}  // namespace ridge
