// The reference kernel of Attention.
#pragma once

#include <optional>

#include "ops/kernel_context.h"

namespace ridge {

struct AttentionAttributes;

/// Extents of one Attention.
struct AttentionShape {
  int64_t batch = 0, queryHeads = 0, keyHeads = 0, queries = 0, newKeys = 0, pastKeys = 0;
  int64_t head = 0, valueHead = 0;
  bool flat = false;  ///< Q, K, V and Y are [N, length, heads * head]

  int64_t keys() const { return pastKeys + newKeys; }
  /// Of the dimensions of Q, K, V and past_key (empty: none).
  AttentionShape(const AttentionAttributes& attrs, std::span<const int64_t> query,
                 std::span<const int64_t> key, std::span<const int64_t> value,
                 std::span<const int64_t> pastKey);
  /// Nothing unless all shapes are static.
  static std::optional<AttentionShape> of(const Node& node, const Graph& graph);
};

void attentionKernel(KernelContext& k);
size_t attentionScratch(const Node& node, const Graph& graph);

}  // namespace ridge
