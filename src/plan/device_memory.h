// Memory that the host cannot address, and streams of work on it: what a backend with a device of its own
// implements beside its kernels.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "plan/compiled_step.h"

namespace ridge {

/// Bytes in some device memory: an address for the device alone, freed with its last owner.
using DeviceBytes = std::shared_ptr<std::byte>;

/// Work of one context on one device, done in the order in which it is enqueued while the host goes on. Used
/// from one thread at a time; the destructor waits for what is enqueued.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Enqueues a copy. Until the stream has finished, the host must not change memory that is read and gets
  /// anything from memory that is written: the runtime sees to that. Copies of one stream see each other's
  /// results in order. Any host memory will do.
  virtual void upload(const std::byte* host, std::byte* device, uint64_t bytes) = 0;
  virtual void download(const std::byte* device, std::byte* host, uint64_t bytes) = 0;
  /// Waits for all that is enqueued. Throws the error of the first piece of work that has failed since the
  /// last call; what was enqueued after it may not have run. Allocates nothing, nor does enqueuing.
  virtual void finish() = 0;
};

class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;
  /// Stands in plans and engine files, e.g. "cuda". Not "host", not empty.
  virtual std::string_view name() const = 0;
  /// With undefined contents, aligned for any kernel (256 bytes). Error{machine} when there is not enough.
  virtual DeviceBytes allocate(uint64_t bytes) const = 0;
  virtual std::unique_ptr<Stream> newStream() const = 0;
  /// Estimate for an upload or a download.
  virtual double transferNs(uint64_t bytes) const = 0;
};

/// Constants in device memory: uploaded when a program first asks for them, then shared by all programs
/// (segments, plans, engines on one file) that read the same host bytes. These must live as long as the
/// programs do, as an Executable sees to. May be used from several threads.
class DeviceWeights {
 public:
  explicit DeviceWeights(const DeviceMemory& memory) : memory_(memory) {}

  /// One for each; null for no bytes.
  std::vector<DeviceBytes> resident(std::span<const std::span<const std::byte>> host);

 private:
  struct Resident {
    size_t bytes;
    std::weak_ptr<std::byte> copy;
  };

  DeviceBytes find(std::span<const std::byte> host) const;

  const DeviceMemory& memory_;
  std::mutex mutex_;
  std::map<const std::byte*, Resident> known_;
};

/// The step that moves an array between the host and a device, enqueued on the device's stream: same type,
/// dimensions and strides on both sides, without gaps. Every program of a device takes it under this name.
inline constexpr std::string_view kTransferTactic = "transfer";
bool isTransfer(const KernelSpec& spec);
/// To the device, else from it.
bool isUpload(const KernelSpec& spec);
std::unique_ptr<CompiledStep> compileTransfer(const KernelSpec& spec);

}  // namespace ridge
