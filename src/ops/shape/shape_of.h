// Attributes of the shape ops.
#pragma once

#include <optional>

#include "ir/attributes.h"

namespace ridge::ops {

struct ShapeAttributes : AttributesOf<ShapeAttributes> {
  int64_t start = 0;           ///< first axis; negative counts from the end, clamped to the rank
  std::optional<int64_t> end;  ///< behind the last axis; absent: the rank

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("start", self.start);
    v("end", self.end);
  }
};

}  // namespace ridge::ops
