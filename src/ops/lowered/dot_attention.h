// ridge.attention: what networks write as product, scale, mask, Softmax, product.
#pragma once

#include "ir/graph.h"

namespace ridge::ops {

/// Y = softmax(scale * Q K^T + mask) V along the keys. Q [..., queries, head], K [..., keys, head],
/// V [..., keys, value head] with the same leading dimensions; the mask is broadcast to [..., queries, keys].
struct DotAttentionAttributes : AttributesOf<DotAttentionAttributes> {
  float scale = 1;
  bool blindIsZero = false;  ///< a query all of whose scores are -infinity: zeros, as Attention says; else
                             ///< NaN, as from a Softmax

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("blind_is_zero", self.blindIsZero);
    v("scale", self.scale);
  }
};

/// Extents of one; leading dimensions are one number.
struct DotAttentionShape {
  int64_t batch = 1, queries = 0, keys = 0, head = 0, valueHead = 0;

  DotAttentionShape(std::span<const int64_t> query, std::span<const int64_t> value);
};

}  // namespace ridge::ops
