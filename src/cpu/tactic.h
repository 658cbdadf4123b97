// One way of the CPU to execute regions. To add one: its file in tactics/, its line in tactic_list.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "plan/compiled_step.h"

namespace ridge::cpu {

struct Tactic {
  std::string_view name;
  /// Adds candidates, or a refusal with a sentence; nothing when the region's anchor is none of its ops.
  void (*propose)(const Graph& graph, const Region& region, Proposals& proposals) = nullptr;
  /// Checks and compiles; fails by failSpec.
  std::unique_ptr<CompiledStep> (*compile)(const KernelSpec& spec) = nullptr;
  /// Packing::kind is the tactic's name. Null: packs nothing.
  Tensor (*pack)(const Packing& packing, std::span<const Tensor> constants) = nullptr;
};

std::span<const Tactic* const> tactics();

}  // namespace ridge::cpu
