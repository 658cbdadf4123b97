// Attributes of Gather and GatherElements.
#pragma once

#include "ir/attributes.h"

namespace ridge::ops {

struct GatherAttributes : AttributesOf<GatherAttributes> {
  int64_t axis = 0;  ///< may be negative

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
  }
};

}  // namespace ridge::ops
