// What a context holds in memories of devices, and its streams there.
#pragma once

#include <memory>
#include <vector>

#include "plan/device_memory.h"
#include "runtime/executable.h"

namespace ridge {

class ContextDevices {
 public:
  explicit ContextDevices(const Executable& executable);

  /// By Plan::memories.
  std::span<std::byte* const> arenas() const { return arenas_; }
  /// Scratch and stream as the steps of memory `memory` > 0 see them.
  void fit(Buffers& buffers, size_t memory) const;

  /// Something is about to be enqueued for this memory.
  void begin(size_t memory) { devices_[memory - 1].busy = true; }
  /// Waits for all that has begun; throws what has failed.
  void finish();
  /// The same after an error, which is the one to report: buffers must not be in use when it is.
  void abandon() noexcept;

  static bool hold(const ArraySpec& array) { return array.at.space == Space::arena && array.at.index > 0; }
  /// The bytes of an array that they hold, from its first element to its last. Nothing has begun.
  Tensor download(const ArraySpec& array) const;
  void upload(const ArraySpec& array, const Tensor& bytes) const;

 private:
  /// The stream goes first: its work uses the others.
  struct Device {
    DeviceBytes arena, workspace;
    uint64_t workspaceBytes = 0;
    std::unique_ptr<Stream> stream;
    bool busy = false;
  };

  const Device& deviceOf(const ArraySpec& array) const {
    return devices_[static_cast<size_t>(array.at.index) - 1];
  }

  std::vector<Device> devices_;
  std::vector<std::byte*> arenas_;
};

}  // namespace ridge
