#include "ops/elementwise/variadic.h"

namespace ridge::ops {

void inferVariadic(InferContext& c) {
  for (size_t at = 0; at < c.inputCount(); ++at) c.require(c.has(at), "one of the inputs is left out");
  inferNumbers(c);
}

bool chainExtreme(const Node& node, ExprBuilder& b, ExprOp instruction) {
  // x op y is y when x is NaN, so a NaN must be put back unless x is known to be a number.
  return chainInputs(node, b, [&](uint16_t x, uint16_t y, size_t at) {
    const std::optional<float> known = at == 1 ? b.scalar(0) : std::nullopt;
    return emitExtreme(b, instruction, x, y, !known || std::isnan(*known));
  });
}

}  // namespace ridge::ops
