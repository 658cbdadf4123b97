// Transpose's attributes.
#pragma once

#include <optional>

#include "ir/attributes.h"

namespace ridge::ops {

struct TransposeAttributes : AttributesOf<TransposeAttributes> {
  std::optional<std::vector<int64_t>> perm;  ///< output axis i is input axis perm[i]; absent: reversed

  /// `perm` spelled out for a tensor of `rank` dimensions.
  std::vector<int64_t> permutation(int64_t rank) const;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("perm", self.perm);
  }
};

}  // namespace ridge::ops
