#include "analyze/channel_padding.h"

#include <algorithm>

#include "ops/cost_support.h"

namespace ridge::analyze {

namespace {

constexpr int64_t kMost = 32;
constexpr double kVectorBytes = 32;

int64_t grown(int64_t bytes, int64_t from, int64_t to) {
  return toCount(static_cast<double>(bytes) * static_cast<double>(to) / static_cast<double>(from));
}

}  // namespace

int64_t channelMultipleOf(const Roof& roof) {
  if (roof.channelMultiple > 1) return std::min<int64_t>(roof.channelMultiple, kMost);
  return std::clamp(static_cast<int64_t>(kVectorBytes / bytesOfElement(roof.precision)), kPictureChannels,
                    kMost);
}

double ChannelPadding::waste() const {
  const double real = static_cast<double>(extent.in) * static_cast<double>(extent.out);
  return 1 - real / (static_cast<double>(in) * static_cast<double>(out));
}

std::optional<ChannelPadding> paddingOf(const Graph& graph, NodeId id, const Roof& roof,
                                        const ProductReach& reach) {
  const Node& node = graph.node(id);
  const auto extent = productExtentOf(graph, node);
  if (!extent || extent->isVector() || !reach.isWeight(node.in[1])) return std::nullopt;
  ChannelPadding padding{.extent = *extent, .in = 0, .out = 0, .multiple = channelMultipleOf(roof)};
  padding.picture = isConvolution(node.op) && extent->group == 1 && extent->in <= kPictureChannels &&
                    !reach.comesFromProduct(node.in[0]);
  padding.in = roundedUp(extent->in, padding.picture ? kPictureChannels : padding.multiple);
  padding.out = roundedUp(extent->out, padding.multiple);
  return padding.none() ? std::nullopt : std::optional(padding);
}

LayerCost paddedCost(LayerCost cost, const ChannelPadding& padding) {
  const ProductExtent& extent = padding.extent;
  const auto both = [&](int64_t count) {
    return grown(grown(count, extent.in, padding.in), extent.out, padding.out);
  };
  cost.flops = both(cost.flops);
  cost.macs = both(cost.macs);
  cost.weightBytes = both(cost.weightBytes);
  cost.inputBytes = grown(cost.inputBytes, extent.in, padding.in);
  cost.outputBytes = grown(cost.outputBytes, extent.out, padding.out);
  return cost;
}

}  // namespace ridge::analyze
