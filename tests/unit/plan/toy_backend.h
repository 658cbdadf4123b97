// A backend that computes nothing but is picky at random about orders, strides and memory.
#pragma once

#include <random>
#include <string>

#include "plan/backend.h"

namespace ridge::test {

/// What a candidate was offered with; KernelSpec::params carry it to the finished plan.
struct ToyParams {
  bool stridedInputs, stridedOutputs;
  int64_t inPlaceInput;
  Order in, out;

  explicit ToyParams(const std::vector<int64_t>& params)
      : stridedInputs(params.at(0) != 0),
        stridedOutputs(params.at(1) != 0),
        inPlaceInput(params.at(2)),
        in(static_cast<Order>(params.at(3))),
        out(static_cast<Order>(params.at(4))) {}
};

/// The same seed makes the same offers for the same region.
class ToyBackend : public Backend {
 public:
  explicit ToyBackend(unsigned seed) : seed_(seed) {}
  std::string_view name() const override { return "toy"; }
  std::string architecture() const override { return "paper"; }
  int revision() const override { return 1; }
  std::string_view copyTactic() const override { return "copy"; }
  double copyNs(uint64_t bytes) const override { return static_cast<double>(bytes); }
  void propose(const Graph& graph, const Region& region, Proposals& proposals) const override;
  void describe(const Graph&, const Region&, KernelSpec&) const override {}
  Tensor pack(const Packing&, std::span<const Tensor>) const override { return {}; }
  std::unique_ptr<Program> compile(std::span<const KernelSpec>,
                                   std::span<const std::span<const std::byte>>) const override {
    return nullptr;
  }

 private:
  unsigned seed_;
};

}  // namespace ridge::test
