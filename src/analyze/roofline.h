// A network under a roof: the least time of every layer, what bounds it, and its share of the whole.
#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyze/layer_cost.h"

namespace ridge::analyze {

struct RooflineLayer {
  LayerCost cost;
  Floor floor;
  double share = 0;  ///< of the model's least time, 0 to 1
};

struct Roofline {
  std::vector<RooflineLayer> layers;  ///< in order of execution
  LayerCost total;
  double floorSeconds = 0;               ///< sum of the layers' least times: one after another
  std::array<int64_t, 3> layersBy = {};  ///< how many layers each Bound has
  std::array<double, 3> secondsBy = {};  ///< and their least times
};

Roofline rooflineOf(std::vector<LayerCost> layers, const Roof& roof);

/// The same layers for `factor` times as many items: arithmetic and activations grow, weights do not.
std::vector<LayerCost> timesBatch(std::vector<LayerCost> layers, double factor);

/// Pairs of layers (indexes into costsOf's result, those of bodies counted too), producer before consumer; of
/// nodes of the main graph only.
using Edges = std::vector<std::pair<int32_t, int32_t>>;
Edges edgesOf(const Graph& graph);
/// The same of the steps of a plan; what passes through views is looked up in the graph it was made from.
Edges edgesOf(const Plan& plan, const Graph& lowered);

}  // namespace ridge::analyze
