// Attributes of Attention and RotaryEmbedding.
#pragma once

#include <optional>

#include "ir/graph.h"

namespace ridge {

/// Y = softmax(softcap(scale * Q K^T) + bias) V. Inputs Q, K, V, attn_mask, past_key, past_value,
/// nonpad_kv_seqlen; outputs Y, present_key, present_value, qk_matmul_output. Q, K, V are [N, heads, length,
/// head] or [N, length, heads * head].
struct AttentionAttributes : AttributesOf<AttentionAttributes> {
  bool causal = false;
  std::optional<int64_t> queryHeads, keyHeads;  ///< of three-dimensional Q and K
  int64_t leftWindow = -1, rightWindow = -1;    ///< keys around a query that it sees; -1: all
  int64_t outputMode = 0;      ///< output 3: 0 products, 1 after softcap, 2 after bias, 3 after softmax
  std::optional<float> scale;  ///< 1 / sqrt(head) when absent
  float softcap = 0;           ///< 0: none
  std::optional<int64_t> softmaxPrecision;  ///< an element type; we always compute in double

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("is_causal", self.causal);
    v("kv_num_heads", self.keyHeads);
    v("left_window_size", self.leftWindow);
    v("q_num_heads", self.queryHeads);
    v("qk_matmul_output_mode", self.outputMode);
    v("right_window_size", self.rightWindow);
    v("scale", self.scale);
    v("softcap", self.softcap);
    v("softmax_precision", self.softmaxPrecision);
  }
};

/// Rotates pairs of elements of each head by angles that depend on the position. Inputs X, cos_cache,
/// sin_cache, position_ids.
struct RotaryEmbeddingAttributes : AttributesOf<RotaryEmbeddingAttributes> {
  bool interleaved = false;  ///< pairs are neighbours; else the halves of what is rotated
  int64_t heads = 0;         ///< of a three-dimensional X
  int64_t rotaryDim = 0;     ///< leading elements of a head that are rotated; 0: all

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("interleaved", self.interleaved);
    v("num_heads", self.heads);
    v("rotary_embedding_dim", self.rotaryDim);
  }
};

}  // namespace ridge
