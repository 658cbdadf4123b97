#include "runtime/devices.h"

#include "plan/check_spec.h"

namespace ridge {

ContextDevices::ContextDevices(const Executable& executable) {
  const std::vector<PlannedMemory>& memories = executable.plan().memories;
  for (size_t at = 0; at < memories.size(); ++at) {
    const DeviceMemory& memory = *executable.deviceMemories()[at];
    Device device;
    if (memories[at].arenaBytes > 0) device.arena = memory.allocate(memories[at].arenaBytes);
    if (memories[at].workspaceBytes > 0) device.workspace = memory.allocate(memories[at].workspaceBytes);
    device.workspaceBytes = memories[at].workspaceBytes;
    device.stream = memory.newStream();
    arenas_.push_back(device.arena.get());
    devices_.push_back(std::move(device));
  }
}

void ContextDevices::fit(Buffers& buffers, size_t memory) const {
  const Device& device = devices_[memory - 1];
  buffers.workspace = device.workspace.get();
  buffers.workspacePerThread = device.workspaceBytes;
  buffers.threads = 1;
  buffers.stream = device.stream.get();
}

void ContextDevices::finish() {
  for (Device& device : devices_) {
    if (!device.busy) continue;
    device.busy = false;
    device.stream->finish();
  }
}

void ContextDevices::abandon() noexcept {
  for (Device& device : devices_) {
    if (!device.busy) continue;
    device.busy = false;
    try {
      device.stream->finish();
    } catch (const std::exception&) {  // follows from the first
    }
  }
}

Tensor ContextDevices::download(const ArraySpec& array) const {
  const uint64_t size = bytesOf(array.type, extentOf(array));
  Tensor bytes = Tensor::allocate(DType::u8, {static_cast<int64_t>(size)});
  if (size == 0) return bytes;
  const Device& device = deviceOf(array);
  device.stream->download(device.arena.get() + array.at.offset, bytes.mutableBytes().data(), size);
  device.stream->finish();
  return bytes;
}

void ContextDevices::upload(const ArraySpec& array, const Tensor& bytes) const {
  if (bytes.byteSize() == 0) return;
  const Device& device = deviceOf(array);
  device.stream->upload(bytes.bytes().data(), device.arena.get() + array.at.offset, bytes.byteSize());
  device.stream->finish();
}

}  // namespace ridge
