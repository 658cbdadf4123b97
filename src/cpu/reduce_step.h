// A compiled reduction: ReduceMean and its kin, and the global pools.
#pragma once

#include <vector>

#include "cpu/kernels/reduce/reduce.h"
#include "plan/compiled_step.h"

namespace ridge::cpu {

/// Params: kind, then for each input axis whether it is reduced. The output has the input's axes with ones,
/// or lacks the reduced ones. Fails by failSpec.
std::unique_ptr<CompiledStep> compileReduce(const KernelSpec& spec);

/// Candidates for a reduction of input 0 to output 0 in both orders.
void proposeReduce(const Graph& graph, const Region& region, std::string_view tactic, ReduceKind kind,
                   const std::vector<bool>& reduced, Proposals& proposals);

}  // namespace ridge::cpu
