#include "plan/plan.h"

#include <algorithm>

namespace ridge {

PortType Plan::typeOf(const Port& port) const {
  if (port.array < 0) {
    const PlannedValue& slot = slots[static_cast<size_t>(port.slot)];
    return {slot.type, slot.dims};
  }
  const ArraySpec& array = arrays[static_cast<size_t>(port.array)].array;
  return {array.type, array.dims};
}

std::optional<Tensor> Plan::fixedOf(const Port& port) const {
  if (port.fixed.empty()) return std::nullopt;
  const PortType type = typeOf(port);
  Tensor contents = Tensor::allocate(type.type, type.dims);
  std::copy(port.fixed.begin(), port.fixed.end(), contents.mutableBytes().begin());
  return contents;
}

}  // namespace ridge
