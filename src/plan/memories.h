// The memories that a plan is made for, by number as Location::index of an arena has it: the host's is 0.
#pragma once

#include <vector>

#include "plan/backend.h"

namespace ridge {

class Memories {
 public:
  /// In the order in which `backends` first names them.
  explicit Memories(const std::vector<const Backend*>& backends);

  int count() const { return static_cast<int>(devices_.size()) + 1; }
  int of(const Backend& backend) const;
  /// Of a memory that is not the host's.
  const DeviceMemory& device(int memory) const { return *devices_[static_cast<size_t>(memory) - 1]; }

  /// The first backend that copies between strides there; null when there is none.
  const Backend* copier(int memory) const;
  /// The backend that moves arrays to and from a memory that is not the host's.
  const Backend& mover(int memory) const;

 private:
  const std::vector<const Backend*>& backends_;
  std::vector<const DeviceMemory*> devices_;
};

}  // namespace ridge
