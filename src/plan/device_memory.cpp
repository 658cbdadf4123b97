#include "plan/device_memory.h"

#include "plan/check_spec.h"

namespace ridge {

namespace {

/// Elements lie side by side, in any order of the axes.
bool isGapless(const ArraySpec& array) {
  return isOneToOne(array) && extentOf(array) == elementCount(array.dims);
}

class TransferStep : public CompiledStep {
 public:
  explicit TransferStep(const KernelSpec& spec) {
    requireSpec(spec.in.size() == 1 && spec.out.size() == 1, spec,
                "a transfer has one source and one target");
    requireData(spec, 0);
    const ArraySpec &in = spec.in.front(), &out = spec.out.front();
    requireSpec(in.type == out.type && in.dims == out.dims, spec, "a transfer keeps type and dimensions");
    for (size_t axis = 0; axis < in.dims.size(); ++axis)
      requireSpec(in.dims[axis] < 2 || in.strides.at(axis) == out.strides.at(axis), spec,
                  "a transfer keeps strides");
    requireSpec(isGapless(in) && isGapless(out), spec, "a transfer moves arrays without gaps");
    upload_ = isUpload(spec);
    from_ = in.at;
    to_ = out.at;
    bytes_ = bytesOf(in.type, elementCount(in.dims));
  }

  void run(const Buffers& buffers) const override {
    if (bytes_ == 0) return;
    const std::byte* from = addressOf(from_, buffers);
    std::byte* to = writableAddressOf(to_, buffers);
    if (upload_)
      buffers.stream->upload(from, to, bytes_);
    else
      buffers.stream->download(from, to, bytes_);
  }

 private:
  Location from_, to_;
  uint64_t bytes_ = 0;
  bool upload_ = false;
};

}  // namespace

DeviceBytes DeviceWeights::find(std::span<const std::byte> host) const {
  const auto known = known_.find(host.data());
  return known != known_.end() && known->second.bytes == host.size() ? known->second.copy.lock() : nullptr;
}

std::vector<DeviceBytes> DeviceWeights::resident(std::span<const std::span<const std::byte>> host) {
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [](const auto& entry) { return entry.second.copy.expired(); });
  std::vector<DeviceBytes> copies;
  std::unique_ptr<Stream> stream;
  for (const auto& bytes : host) {
    copies.push_back(bytes.empty() ? nullptr : find(bytes));
    if (bytes.empty() || copies.back()) continue;
    if (!stream) stream = memory_.newStream();
    copies.back() = memory_.allocate(bytes.size());
    stream->upload(bytes.data(), copies.back().get(), bytes.size());
    known_[bytes.data()] = {bytes.size(), copies.back()};
  }
  if (stream) stream->finish();
  return copies;
}

bool isTransfer(const KernelSpec& spec) {
  return spec.memory != 0 && spec.tactic == kTransferTactic;
}

bool isUpload(const KernelSpec& spec) {
  const Location& to = spec.out.front().at;
  return to.space == Space::arena && to.index == spec.memory;
}

std::unique_ptr<CompiledStep> compileTransfer(const KernelSpec& spec) {
  return std::make_unique<TransferStep>(spec);
}

}  // namespace ridge
