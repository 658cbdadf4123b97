// A device that is none: it runs another backend's kernels in a thread of its own, late, in memory whose
// addresses fault when the host follows them, and fills with NaN what nobody may read. What the seam between
// planner, runtime and devices promises fails here when it is broken.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "plan/device_memory.h"

namespace ridge::test {

class RemoteMemory : public DeviceMemory {
 public:
  /// Work waits for up to `longestDelayUs`, by chance; a transfer claims to take `transferNs`.
  RemoteMemory(std::string name, int longestDelayUs, double transferNs = 0.01)
      : name_(std::move(name)), longestDelayUs_(longestDelayUs), transferNs_(transferNs) {}
  std::string_view name() const override { return name_; }
  DeviceBytes allocate(uint64_t bytes) const override;
  std::unique_ptr<Stream> newStream() const override;
  double transferNs(uint64_t) const override { return transferNs_; }

  /// That are in use.
  uint64_t bytes() const { return bytes_->load(); }

 private:
  std::string name_;
  int longestDelayUs_;
  double transferNs_;
  std::shared_ptr<std::atomic<uint64_t>> bytes_ = std::make_shared<std::atomic<uint64_t>>(0);
  mutable std::atomic<unsigned> seed_ = 1;
};

class RemoteBackend : public Backend {
 public:
  struct Options {
    std::string name = "remote";
    std::shared_ptr<RemoteMemory> memory = nullptr;  ///< that of another one; null: its own, of the same name
    int longestDelayUs = 100;
    double speed = 1e4;  ///< estimates are divided by it: it gets what it takes
    bool copies = true;  ///< has a copy tactic
    /// What it takes of all that `inner` takes.
    std::function<bool(const Graph&, const Region&)> takes = [](const Graph&, const Region&) { return true; };
  };

  RemoteBackend(const Backend& inner, Options options);
  std::string_view name() const override { return options_.name; }
  std::string architecture() const override { return inner_.architecture(); }
  int revision() const override { return inner_.revision(); }
  const RemoteMemory* memory() const override { return memory_.get(); }
  std::string_view copyTactic() const override { return options_.copies ? inner_.copyTactic() : ""; }
  double copyNs(uint64_t bytes) const override { return inner_.copyNs(bytes) / options_.speed; }
  void propose(const Graph& graph, const Region& region, Proposals& proposals) const override;
  void describe(const Graph& graph, const Region& region, KernelSpec& spec) const override {
    inner_.describe(graph, region, spec);
  }
  Tensor pack(const Packing& packing, std::span<const Tensor> constants) const override {
    return inner_.pack(packing, constants);
  }
  std::unique_ptr<Program> compile(std::span<const KernelSpec> specs,
                                   std::span<const std::span<const std::byte>> weights) const override;

  /// The next piece of work that starts anywhere on it fails.
  void failOnce() const { fails_ = true; }

 private:
  const Backend& inner_;
  Options options_;
  std::shared_ptr<RemoteMemory> memory_;
  mutable DeviceWeights weights_{*memory_};
  mutable std::atomic<bool> fails_ = false;
};

/// By name of the first member, so that about every second region is taken, always the same.
bool everySecondRegion(const Graph& graph, const Region& region);
/// Convolutions and what is fused with them.
bool convolutions(const Graph& graph, const Region& region);

}  // namespace ridge::test
