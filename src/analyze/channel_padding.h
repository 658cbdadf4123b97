// Channels that a machine's units take at once, and what padding a layer's channels to them costs.
#pragma once

#include <optional>

#include "analyze/layer_cost.h"
#include "analyze/product_extent.h"
#include "analyze/product_reach.h"

namespace ridge::analyze {

/// Matrix units read operands in rows of a fixed number of bytes (16 on tensor cores: 8 channels in fp16, 16
/// in int8, 32 in int4), so the multiple is the roof's; never over 32, since the longer rows of AMX run
/// along channels and taps together. Vector units take 32 bytes: 8 channels in fp32, 16 in fp16, 32 in int8.
int64_t channelMultipleOf(const Roof& roof);

/// Channels of pictures are padded to 4: units have a path of their own for them (NHWC4, dot products of
/// four bytes).
inline constexpr int64_t kPictureChannels = 4;

struct ChannelPadding {
  ProductExtent extent = {};
  int64_t in = 0, out = 0;  ///< padded: at least those of `extent`
  int64_t multiple = 1;     ///< of the roof
  bool picture = false;     ///< the layer reads a picture: few channels that nothing of the network made
  bool none() const { return in == extent.in && out == extent.out; }
  /// Share of the padded product that is padding, 0 to 1.
  double waste() const;
};

/// Of a product whose right side is weights; nothing for other nodes and for those without padding.
/// `reach` is that of the same graph.
std::optional<ChannelPadding> paddingOf(const Graph& graph, NodeId node, const Roof& roof,
                                        const ProductReach& reach);

/// The same layer on padded channels: more arithmetic, and wider weights and maps, which lie padded in
/// memory.
LayerCost paddedCost(LayerCost cost, const ChannelPadding& padding);

}  // namespace ridge::analyze
