#include "plan/plan.h"

namespace ridge {

PortType Plan::typeOf(const Port& port) const {
  if (port.array < 0) {
    const PlannedValue& slot = slots[static_cast<size_t>(port.slot)];
    return {slot.type, slot.dims};
  }
  const ArraySpec& array = arrays[static_cast<size_t>(port.array)].array;
  return {array.type, array.dims};
}

}  // namespace ridge
