// Which of the small formats an element type is.
#pragma once

#include "base/half.h"
#include "ir/dtype.h"

namespace ridge {

/// Of a float of at most 16 bits.
SmallFloat smallFloatOf(DType type);

}  // namespace ridge
