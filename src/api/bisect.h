// Finds the first patch, and so the pass, after which a graph answers wrong.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "onnx/reader.h"
#include "ops/infer.h"
#include "passes/driver.h"
#include "verify/truth.h"

namespace ridge {

struct BadPatch {
  std::string pass;  ///< "" when the answer is wrong with no pass at all
  std::vector<std::string> nodes;
  std::string sentence;
  int64_t index = 0;    ///< patches that were right before it
  std::string symptom;  ///< which output, how far off
};

/// Runs the portable passes and then lowering, evaluates under the reference kernels and compares the outputs
/// with the truth: nothing when all patches are right. `portable` is pass_list.h's portablePasses(), or a
/// test's.
std::optional<BadPatch> bisectPasses(const Graph& imported, const std::vector<BoundShape>& shapes,
                                     std::span<const Pass> portable, const PassOptions& options,
                                     const NamedInputs& inputs);

}  // namespace ridge
