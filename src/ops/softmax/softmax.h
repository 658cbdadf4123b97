// Softmax and LogSoftmax along one axis.
#pragma once

#include "ir/graph.h"

namespace ridge {

struct SoftmaxAttributes : AttributesOf<SoftmaxAttributes> {
  int64_t axis = -1;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
  }
};

}  // namespace ridge
