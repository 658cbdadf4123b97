#include "analyze/gains.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "analyze/channel_padding.h"
#include "ir/dump.h"

namespace ridge::analyze {

namespace {

class Gains {
 public:
  Gains(const Graph& graph, const GainRequest& request) : graph_(graph), request_(request) {
    gains_.resize(request.roofline->layers.size());
    for (size_t layer = 0; layer < gains_.size(); ++layer) gains_[layer].layer = layer;
  }

  std::vector<LayerGain> find() {
    if (request_.matrix) addMatrix();
    addBatch();
    addPadding();
    if (request_.plan && request_.planned) addFusion();
    std::erase_if(gains_, [&](const LayerGain& gain) {
      return layer(gain.layer).cost.depth > 0 || (gain.largestSeconds() <= 0 && gain.channels.empty());
    });
    return std::move(gains_);
  }

 private:
  const RooflineLayer& layer(size_t at) const { return request_.roofline->layers[at]; }

  /// Only products run there; the others keep their time.
  void addMatrix() {
    CostOptions options = request_.options;
    options.precision = request_.matrix->precision;
    const std::vector<LayerCost> costs = costsOf(graph_, options);
    for (size_t at = 0; at < gains_.size(); ++at)
      if (costs[at].macs > 0)
        gains_[at].matrixSeconds =
            std::max(0.0, layer(at).floor.seconds - floorOf(costs[at], *request_.matrix).seconds);
  }

  void addBatch() {
    const auto batch = static_cast<double>(std::max<int64_t>(request_.batch, 1));
    if (batch >= kGainBatch) return;
    for (size_t at = 0; at < gains_.size(); ++at) {
      const std::vector<LayerCost> grown = timesBatch({layer(at).cost}, kGainBatch / batch);
      const double now = layer(at).floor.seconds / batch;
      const double saved = now - floorOf(grown.front(), request_.roof).seconds / kGainBatch;
      if (saved > 1e-6 * now) gains_[at].batchSeconds = saved;  // rounding of many bytes is no gain
    }
  }

  void addPadding() {
    const ProductReach reach(graph_);
    size_t at = 0;
    for (NodeId id : graph_.order()) {
      if (const auto padding = paddingOf(graph_, id, request_.roof, reach)) pad(gains_[at], *padding);
      ++at;
      while (at < gains_.size() && layer(at).cost.depth > 0) ++at;
    }
  }

  void pad(LayerGain& gain, const ChannelPadding& padding) const {
    const LayerCost& cost = layer(gain.layer).cost;
    gain.channels = fmt::format("{} in, {} out", padding.extent.in, padding.extent.out);
    gain.waste = padding.waste();
    gain.paddingSeconds =
        floorOf(paddedCost(cost, padding), request_.roof).seconds - layer(gain.layer).floor.seconds;
  }

  /// A step's gain goes to the member that takes longest. A node that several steps stem from is shared
  /// among them.
  void addFusion() {
    std::unordered_map<std::string, size_t> layers, steps;
    for (size_t at = 0; at < gains_.size(); ++at)
      if (layer(at).cost.depth == 0) layers.emplace(layer(at).cost.name, at);
    for (const Step& step : request_.plan->steps)
      for (const std::string& origin : step.origins) ++steps[origin];
    size_t place = 0;
    forEachStep(*request_.plan, [&](const Step& step, int depth) {
      const double planned = request_.planned->layers[place++].floor.seconds;
      if (depth > 0) return;
      std::vector<size_t> members;
      double apart = 0;
      for (const std::string& origin : step.origins)
        if (const auto found = layers.find(origin); found != layers.end()) {
          members.push_back(found->second);
          apart += layer(found->second).floor.seconds / static_cast<double>(steps.at(origin));
        }
      if (members.size() < 2 || apart <= planned) return;
      const size_t main = *std::max_element(members.begin(), members.end(), [&](size_t a, size_t b) {
        return layer(a).floor.seconds < layer(b).floor.seconds;
      });
      gains_[main].fusionSeconds += apart - planned;
    });
  }

  const Graph& graph_;
  const GainRequest& request_;
  std::vector<LayerGain> gains_;
};

}  // namespace

double LayerGain::largestSeconds() const {
  return std::max({matrixSeconds, batchSeconds, fusionSeconds, paddingSeconds});
}

std::vector<LayerGain> gainsOf(const Graph& graph, const GainRequest& request) {
  return Gains(graph, request).find();
}

}  // namespace ridge::analyze
