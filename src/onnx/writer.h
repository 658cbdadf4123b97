// Export: a graph becomes standard ONNX again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "onnx/reader.h"

namespace ridge::onnx {

struct WriteOptions {
  /// Files of more bytes keep their larger constants in `PATH.data` beside them. The format allows no more
  /// than 2 GiB.
  uint64_t externalAbove = (uint64_t{1} << 31) - 1;
};

/// The file's bytes: lowest legal opset and IR version, the same bytes for the same model. Ops of our own are
/// expanded to standard ones. Error{input} when the model cannot be expressed (a carried op of an old opset
/// beside a form that is newer) or needs more than 2 GiB.
std::string serializeModel(const Model& model);

/// The same into a file, which appears whole or not at all; external data is written first. Error{machine}
/// when that fails.
void writeModel(const Model& model, const std::filesystem::path& path, const WriteOptions& options = {});

}  // namespace ridge::onnx
