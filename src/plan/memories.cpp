#include "plan/memories.h"

#include <algorithm>

#include "base/error.h"
#include "plan/device_memory.h"

namespace ridge {

Memories::Memories(const std::vector<const Backend*>& backends) : backends_(backends) {
  for (const Backend* backend : backends)
    if (backend->memory() && of(*backend) == count()) devices_.push_back(backend->memory());
}

int Memories::of(const Backend& backend) const {
  if (!backend.memory()) return 0;
  const auto known = std::find_if(devices_.begin(), devices_.end(), [&](const DeviceMemory* memory) {
    return memory->name() == backend.memory()->name();
  });
  return static_cast<int>(known - devices_.begin()) + 1;
}

const Backend* Memories::copier(int memory) const {
  for (const Backend* backend : backends_)
    if (of(*backend) == memory && !backend->copyTactic().empty()) return backend;
  return nullptr;
}

const Backend& Memories::mover(int memory) const {
  const auto found = std::find_if(backends_.begin(), backends_.end(),
                                  [&](const Backend* backend) { return of(*backend) == memory; });
  check(memory > 0 && found != backends_.end(), "a device's memory belongs to a backend");
  return **found;
}

}  // namespace ridge
