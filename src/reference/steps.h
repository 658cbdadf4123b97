// The kinds of step that the reference backend compiles.
#pragma once

#include <memory>

#include "plan/backend.h"
#include "plan/compiled_step.h"

namespace ridge::reference {

using WeightBytes = std::span<const std::span<const std::byte>>;

/// One lowered node under Op::reference; arrays are dense and plain.
std::unique_ptr<CompiledStep> compileNode(const KernelSpec& spec, WeightBytes weights);
/// Scratch of such a step: its views and what the op asks for.
uint64_t nodeWorkspace(const Graph& graph, NodeId node);

/// A pointwise expression, element by element under the scalar interpreter; arrays of any strides.
std::unique_ptr<CompiledStep> compileExpression(const KernelSpec& spec);

/// A strided copy.
std::unique_ptr<CompiledStep> compileCopy(const KernelSpec& spec);

/// A dynamic island under the evaluator. Running it allocates.
std::unique_ptr<CompiledStep> compileIsland(const KernelSpec& spec);

}  // namespace ridge::reference
