// Softmax, LogSoftmax and Hardmax along one axis.
#pragma once

#include "ir/graph.h"
#include "ops/infer.h"

namespace ridge {

struct SoftmaxAttributes : AttributesOf<SoftmaxAttributes> {
  int64_t axis = -1;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
  }
};

/// Floats in, the same shape out. Usable as Op::infer.
void inferSoftmax(InferContext& c);

}  // namespace ridge
