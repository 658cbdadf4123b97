// Attributes of the normalizations.
#pragma once

#include <vector>

#include "ir/graph.h"

namespace ridge {

/// Y = (X - mean) / sqrt(var + epsilon) * scale + B along axis 1; inputs X, scale, B, mean, var.
struct BatchNormalizationAttributes : AttributesOf<BatchNormalizationAttributes> {
  float epsilon = 1e-5f;
  float momentum = 0.9f;      ///< of training only
  bool trainingMode = false;  ///< refused by inference

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("epsilon", self.epsilon);
    v("momentum", self.momentum);
    v("training_mode", self.trainingMode);
  }
};

/// Y = X / (bias + alpha / size * sum of squares over `size` neighbouring channels) ^ beta.
struct LrnAttributes : AttributesOf<LrnAttributes> {
  float alpha = 1e-4f, beta = 0.75f, bias = 1.0f;
  int64_t size = 0;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("alpha", self.alpha);
    v("beta", self.beta);
    v("bias", self.bias);
    v.required("size", self.size);
  }
};

/// LayerNormalization: Y = (X - mean) / sqrt(var + epsilon) * Scale + B, over the axes from `axis` on.
/// RMSNormalization: Y = X / sqrt(mean of X^2 + epsilon) * scale, over the same.
struct RowNormalizationAttributes : AttributesOf<RowNormalizationAttributes> {
  int64_t axis = -1;
  float epsilon = 1e-5f;
  int64_t stashType = static_cast<int64_t>(DType::f32);  ///< of LayerNormalization's outputs 1 and 2

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("epsilon", self.epsilon);
    v("stash_type", self.stashType);
  }
};

/// Groups of neighbouring channels are normalized, then scaled and shifted by channel.
struct GroupNormalizationAttributes : AttributesOf<GroupNormalizationAttributes> {
  float epsilon = 1e-5f;
  int64_t groups = 0;
  int64_t stashType = static_cast<int64_t>(DType::f32);  ///< rounds in between; we do not

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("epsilon", self.epsilon);
    v.required("num_groups", self.groups);
    v("stash_type", self.stashType);
  }
};

struct InstanceNormalizationAttributes : AttributesOf<InstanceNormalizationAttributes> {
  float epsilon = 1e-5f;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("epsilon", self.epsilon);
  }
};

/// Y = X / (norm of X along one axis); 0 where the norm is 0.
struct LpNormalizationAttributes : AttributesOf<LpNormalizationAttributes> {
  int64_t axis = -1;
  int64_t p = 2;  ///< 1: sum of absolute values, 2: root of the sum of squares

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("p", self.p);
  }
};

/// Y = (X - mean) / (deviation + 1e-9) over these axes.
struct MeanVarianceNormalizationAttributes : AttributesOf<MeanVarianceNormalizationAttributes> {
  std::vector<int64_t> axes = {0, 2, 3};

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axes", self.axes);
  }
};

}  // namespace ridge
