// ConstantOfShape's attributes.
#pragma once

#include <optional>

#include "ir/attributes.h"

namespace ridge::ops {

struct ConstantOfShapeAttributes : AttributesOf<ConstantOfShapeAttributes> {
  std::optional<Tensor> value;  ///< one element; absent: float32 0

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("value", self.value);
  }
};

}  // namespace ridge::ops
