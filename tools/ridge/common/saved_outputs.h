// Outputs that a run, or another runtime, saved: ONNX test_data_set folders (input_0.pb, output_0.pb),
// folders of `ridge run --output-dir`, or npz files.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/source.h"
#include "ir/array_file.h"
#include "runtime/executable.h"
#include "verify/verifier.h"

namespace ridge::tool {

/// A folder or an .npz file, not a model or an engine.
bool isSaved(const std::string& place);

/// Everything that was saved: a folder of `ridge run --output-dir` (by its manifest), the outputs of a folder
/// in test_data_set layout (names may be empty there), or an npz file. Error{input} when there is nothing.
NamedTensors loadSavedTensors(const std::string& place);

/// The inputs that were saved beside the outputs, by name; nothing when there are none.
std::optional<NamedInputs> loadSavedInputs(const std::string& place, const std::vector<InputInfo>& known);

/// Runs the executable on `inputs` and adds a verdict for every saved output to the report.
void compareWithSaved(const std::string& place, const Graph& imported,
                      std::shared_ptr<const Executable> executable, const NamedInputs& inputs,
                      VerifyReport& report);

}  // namespace ridge::tool
