// Single tensors in ONNX's own form: `.pb` files, as `--input x.pb` and ONNX test data have them.
#pragma once

#include <filesystem>
#include <string>

#include "ir/tensor.h"

namespace ridge::onnx {

struct NamedTensor {
  std::string name;  ///< may be empty
  Tensor tensor;
};

/// Error{input} naming the file when it is missing, no tensor, or damaged.
NamedTensor readTensorFile(const std::filesystem::path& path);
void writeTensorFile(const std::filesystem::path& path, const NamedTensor& named);

/// The same from and to memory; external data is refused.
NamedTensor parseTensor(std::span<const std::byte> bytes);
std::string serializeTensor(const NamedTensor& named);

}  // namespace ridge::onnx
