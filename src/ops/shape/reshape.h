// Reshape's attributes.
#pragma once

#include "ir/attributes.h"

namespace ridge::ops {

struct ReshapeAttributes : AttributesOf<ReshapeAttributes> {
  bool allowZero = false;  ///< a 0 in the shape means 0, not "as in the input"

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("allowzero", self.allowZero);
  }
};

}  // namespace ridge::ops
