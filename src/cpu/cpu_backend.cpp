#include "cpu/cpu_backend.h"

#include <algorithm>

#include "base/cpu.h"
#include "cpu/cost.h"
#include "cpu/epilogue.h"
#include "cpu/tactic.h"
#include "plan/check_spec.h"

namespace ridge {

namespace {

class CpuBackend : public Backend {
 public:
  std::string_view name() const override { return "cpu"; }
  std::string architecture() const override { return std::string(ridge::name(activeIsa())); }
  int revision() const override { return 1; }
  std::string_view copyTactic() const override { return "copy"; }
  double copyNs(uint64_t bytes) const override { return cpu::memoryNs(bytes); }

  void propose(const Graph& graph, const Region& region, Proposals& proposals) const override {
    if (region.inputs.empty()) return refuse(proposals, "it reads nothing");
    if (isEmpty(graph, region)) return refuse(proposals, "one of its arrays is empty");
    if (std::max(region.epilogue.in.size(), region.epilogue.out.size()) > cpu::kMaxExprArrays)
      return refuse(proposals, "its expression has more than 16 operands or results");
    for (const cpu::Tactic* tactic : cpu::tactics())
      if (tactic->propose) tactic->propose(graph, region, proposals);
  }

  void describe(const Graph&, const Region&, KernelSpec&) const override {}

  Tensor pack(const Packing& packing, std::span<const Tensor> constants) const override {
    const cpu::Tactic* tactic = find(packing.kind);
    check(tactic && tactic->pack, "a packing names a tactic that packs");
    return tactic->pack(packing, constants);
  }

  std::unique_ptr<Program> compile(std::span<const KernelSpec> specs,
                                   std::span<const std::span<const std::byte>>) const override {
    return StepProgram::compile(specs, [](const KernelSpec& spec) {
      const cpu::Tactic* tactic = find(spec.tactic);
      if (!tactic) failSpec(spec, "the cpu backend has no such tactic");
      return tactic->compile(spec);
    });
  }

 private:
  static void refuse(Proposals& proposals, const char* why) { proposals.refusals.push_back({"cpu", why}); }

  /// What a sum over nothing is, only the reference kernels know. Further inputs may be lists of nothing.
  static bool isEmpty(const Graph& graph, const Region& region) {
    const auto hasNothing = [&](ValueId id) {
      return id != kNoValue && graph.value(id).shape.count().value_or(1) == 0;
    };
    return (!region.inputs.empty() && hasNothing(region.inputs.front())) ||
           std::any_of(region.outputs.begin(), region.outputs.end(), hasNothing);
  }

  static const cpu::Tactic* find(std::string_view name) {
    const auto all = cpu::tactics();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const cpu::Tactic* t) { return t->name == name; });
    return found == all.end() ? nullptr : *found;
  }
};

}  // namespace

const Backend& cpuBackend() {
  static const CpuBackend backend;
  return backend;
}

}  // namespace ridge
