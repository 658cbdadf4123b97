// Split's attributes.
#pragma once

#include <optional>

#include "ir/attributes.h"

namespace ridge::ops {

struct SplitAttributes : AttributesOf<SplitAttributes> {
  int64_t axis = 0;  ///< may be negative
  std::optional<int64_t>
      numOutputs;  ///< equal parts, the last one smaller; absent when input 1 has the sizes

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("num_outputs", self.numOutputs);
  }
};

}  // namespace ridge::ops
