// Folds one scale and one shift a channel into the weights of the node before.
#pragma once

#include <optional>

#include "passes/channel_affine.h"

namespace ridge::passes {

/// A Conv, Gemm or MatMul that makes a value.
struct LinearProducer {
  NodeId id = kNoNode;
  int64_t channels = 0;
  int64_t rank = 0;  ///< of its result
  int64_t axis = 1;  ///< of the channels in its result
};

/// None where another op makes the value, or where rank and channels are not known.
std::optional<LinearProducer> linearProducer(const Graph& graph, ValueId value);

/// The producer with other weights in place of it and `affineNode`, whose input it makes.
Rewrite foldIntoWeights(const Graph& graph, const LinearProducer& producer, NodeId affineNode,
                        const ChannelAffine& affine);

}  // namespace ridge::passes
