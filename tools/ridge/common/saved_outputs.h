// Outputs that another runtime saved: ONNX test_data_set folders (input_0.pb, output_0.pb) or npz files.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtime/executable.h"
#include "verify/verifier.h"

namespace ridge::tool {

/// The inputs that were saved beside the outputs, by name; nothing when there are none.
std::optional<NamedInputs> loadSavedInputs(const std::string& place, const Graph& graph);

/// Runs the executable on `inputs` and adds a verdict for every saved output to the report.
void compareWithSaved(const std::string& place, std::shared_ptr<const Executable> executable,
                      const NamedInputs& inputs, VerifyReport& report);

}  // namespace ridge::tool
