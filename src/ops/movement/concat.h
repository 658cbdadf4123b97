// Concat's attributes.
#pragma once

#include "ir/attributes.h"

namespace ridge::ops {

struct ConcatAttributes : AttributesOf<ConcatAttributes> {
  int64_t axis = 0;  ///< may be negative

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("axis", self.axis);
  }
};

}  // namespace ridge::ops
