// What each layer would gain: from matrix units, from more items at once, from fusion, and what padding of
// channels costs it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/roofline.h"

namespace ridge::analyze {

inline constexpr int kGainBatch = 8;  ///< items at once, of the gain from a larger batch

struct LayerGain {
  size_t layer = 0;           ///< index into the roofline's layers
  double matrixSeconds = 0;   ///< saved on matrix units, at their precision
  double batchSeconds = 0;    ///< saved an item when kGainBatch items share the weights
  double fusionSeconds = 0;   ///< saved by the plan: this layer runs together with others
  std::string channels = {};  ///< "58 in, 58 out", where one is off the multiple
  double waste = 0;           ///< 0 to 1: share of the padded product that is padding
  double paddingSeconds = 0;  ///< least time of the padded product less that of the product

  /// They overlap, so they do not add up.
  double largestSeconds() const;
};

struct GainRequest {
  const Roofline* roofline = nullptr;  ///< of costsOf(graph, options)
  CostOptions options = {};
  int64_t batch = 1;  ///< items of the graph
  Roof roof = {};
  std::optional<Roof> matrix = {};  ///< of the same machine's matrix units, at their precision
  const Plan* plan = nullptr;       ///< null: nothing is said of fusion
  const Roofline* planned = nullptr;
};

/// Layers of the main graph that would gain anything, or whose channels are padded; in order of execution.
std::vector<LayerGain> gainsOf(const Graph& graph, const GainRequest& request);

}  // namespace ridge::analyze
