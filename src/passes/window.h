// The window attributes of any op that has them.
#pragma once

#include "ops/conv/conv.h"
#include "ops/ops.h"
#include "ops/pool/pool.h"

namespace ridge::passes {

/// Of a Conv, AveragePool or MaxPool; null for other ops.
inline const WindowAttributes* windowOf(const Node& node) {
  if (node.op == &ops::conv) return &node.as<ConvAttributes>();
  if (node.op == &ops::averagePool) return &node.as<AveragePoolAttributes>();
  if (node.op == &ops::maxPool) return &node.as<MaxPoolAttributes>();
  return nullptr;
}

/// No padding, whatever the size of the input.
inline bool padsNothing(const WindowAttributes& window) {
  if (window.autoPad == "VALID") return true;
  if (window.autoPad != "NOTSET") return false;
  for (const int64_t pad : window.pads)
    if (pad != 0) return false;
  return true;
}

}  // namespace ridge::passes
