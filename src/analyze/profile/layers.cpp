#include "analyze/profile/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "analyze/profile/step_facts.h"
#include "analyze/residence.h"
#include "base/error.h"
#include "ops/cost_support.h"

namespace ridge::analyze {

namespace {

struct RoofAndResidences {
  Roof roof;
  std::vector<BytesByMemory> residences;  // of every step
};

/// A loop that knows its iterations runs its body so often; of a branch nobody knows which side it takes.
int64_t iterationsOf(const Step& step) {
  return step.control && step.control->loops ? step.control->iterations : -1;
}

void addRuns(LayerCost& layer, const LayerCost& body, int64_t times) {
  layer.macs = saturatingSum(layer.macs, saturatingProduct(body.macs, times));
  layer.flops = saturatingSum(layer.flops, saturatingProduct(body.flops, times));
  layer.weightBytes = saturatingSum(layer.weightBytes, body.weightBytes);  // once: then it is near
}

}  // namespace

std::vector<LayerCost> stepCosts(const Plan& plan, std::span<const LayerCost> costs) {
  std::vector<LayerCost> steps;
  int64_t iterations = -1;
  for (const LayerCost& cost : costs) {
    if (cost.depth == 0) {
      check(steps.size() < plan.steps.size(), "every layer of depth 0 is a step of the plan");
      const Step& step = plan.steps[steps.size()];
      iterations = iterationsOf(step);
      steps.push_back(cost);
      if (step.control && iterations < 0) steps.back().known = false;
    } else if (iterations >= 0 && !steps.empty()) {
      // Loops within loops: their own number of iterations is not looked for.
      if (cost.depth == 1) addRuns(steps.back(), cost, iterations);
      if (cost.depth > 1 || !cost.known) steps.back().known = false;
    }
  }
  return steps;
}

std::vector<LayerProfile> layerProfiles(const Plan& plan, const Timing& timing,
                                        std::span<const LayerCost> costs,
                                        const std::function<Roof(Precision)>& roofFor) {
  check(timing.steps.size() == plan.steps.size() && (costs.empty() || costs.size() == plan.steps.size()),
        "times and costs are those of the plan's steps");
  std::map<Precision, RoofAndResidences> roofs;
  const double total = timing.regions();
  std::vector<LayerProfile> layers;
  for (size_t at = 0; at < plan.steps.size(); ++at) {
    LayerProfile& layer = layers.emplace_back();
    layer.step = at;
    layer.precision = arithmeticOf(plan.steps[at]);
    layer.time = timing.steps[at];
    const double seconds = layer.time.usual;
    layer.share = total > 0 ? seconds / total : 0;
    if (costs.empty()) {
      layer.cost.name = plan.steps[at].name;
      layer.cost.op = fmt::format("{}", fmt::join(plan.steps[at].ops, "+"));
      layer.cost.known = false;
      continue;
    }
    layer.cost = costs[at];
    if (!roofs.contains(layer.precision)) {
      Roof roof = roofFor(layer.precision);
      auto residences = residencesOf(plan, costs, roof.caches);
      roofs[layer.precision] = {std::move(roof), std::move(residences)};
    }
    const auto& [roof, residences] = roofs[layer.precision];
    layer.floor = floorOf(layer.cost, roof, residences[at]);
    if (!layer.cost.known || seconds <= 0) continue;
    layer.opsPerS = static_cast<double>(layer.cost.flops) / seconds;
    layer.bytesPerS = static_cast<double>(layer.cost.bytes()) / seconds;
    layer.roofShare = layer.floor.seconds / seconds;
    layer.gap = std::max(0.0, seconds - layer.floor.seconds);
  }
  return layers;
}

std::vector<size_t> sortedLayers(std::span<const LayerProfile> layers, LayerOrder order) {
  std::vector<size_t> indexes(layers.size());
  std::iota(indexes.begin(), indexes.end(), size_t{0});
  if (order == LayerOrder::plan) return indexes;
  const auto key = [&](size_t at) {
    return order == LayerOrder::gap ? layers[at].gap : layers[at].time.usual;
  };
  std::stable_sort(indexes.begin(), indexes.end(), [&](size_t a, size_t b) { return key(a) > key(b); });
  return indexes;
}

}  // namespace ridge::analyze
