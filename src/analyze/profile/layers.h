// Measured steps beside what they cost and the least that they could take: the work list.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analyze/layer_cost.h"
#include "analyze/profile/timing.h"

namespace ridge::analyze {

struct LayerProfile {
  size_t step = 0;  ///< of the plan
  LayerCost cost;   ///< with what its bodies do, where the number of iterations is known
  Precision precision = Precision::fp32;
  StepTime time;
  double share = 0;  ///< of all steps' time
  double opsPerS = 0, bytesPerS = 0;
  Floor floor;
  /// Of the limit; above 1 where caches are faster than the memory that the floor counts with.
  double roofShare = 0;
  double gap = 0;  ///< seconds over the floor, not below 0
};

/// What every step costs, one entry each. Bodies are added to the step that runs them, as often as it does; a
/// step is not `known` when that shows only at run time.
std::vector<LayerCost> stepCosts(const Plan& plan, std::span<const LayerCost> costs);

/// `costs` by step (empty: nothing is known of them); `roofFor` is asked for every precision of the plan.
std::vector<LayerProfile> layerProfiles(const Plan& plan, const Timing& timing,
                                        std::span<const LayerCost> costs,
                                        const std::function<Roof(Precision)>& roofFor);

enum class LayerOrder : uint8_t { plan, time, gap };
/// Indexes of the layers: in order of execution, or the largest first.
std::vector<size_t> sortedLayers(std::span<const LayerProfile> layers, LayerOrder order);

}  // namespace ridge::analyze
