// IsInf's attributes.
#pragma once

#include "ir/attributes.h"

namespace ridge::ops {

struct IsInfAttributes : AttributesOf<IsInfAttributes> {
  bool detectNegative = true, detectPositive = true;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("detect_negative", self.detectNegative);
    v("detect_positive", self.detectPositive);
  }
};

}  // namespace ridge::ops
