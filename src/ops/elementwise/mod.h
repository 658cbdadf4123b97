// Mod's attributes.
#pragma once

#include "ir/attributes.h"

namespace ridge::ops {

struct ModAttributes : AttributesOf<ModAttributes> {
  bool fmod = false;  ///< the sign is the dividend's (C), not the divisor's (Python)

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("fmod", self.fmod);
  }
};

}  // namespace ridge::ops
