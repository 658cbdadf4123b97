// Flatten's attributes.
#pragma once

#include "ir/attributes.h"

namespace ridge::ops {

struct FlattenAttributes : AttributesOf<FlattenAttributes> {
  int64_t axis = 1;  ///< in [-rank, rank]: dimensions before it become the first of two

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
  }
};

}  // namespace ridge::ops
