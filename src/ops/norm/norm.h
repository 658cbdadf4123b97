// Attributes of the normalizations.
#pragma once

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

}  // namespace ridge
