// Tensor bytes that lie in files beside the model.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace ridge::onnx {

/// A piece of a mapped file; `owner` keeps the map alive.
struct FileSlice {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

/// Maps the files of one model's directory, each once. A file outside the directory is refused, whether named
/// by an absolute path, by "..", or by a link: a model must not make its reader open other files.
class ExternalData {
 public:
  /// Without a directory (a model from memory) every external tensor is refused.
  explicit ExternalData(std::optional<std::filesystem::path> directory) : directory_(std::move(directory)) {}

  /// `size` bytes from `offset`; Error{input} when the file does not hold them.
  FileSlice slice(const std::string& location, uint64_t offset, uint64_t size);

 private:
  const FileSlice& map(const std::string& location);

  std::optional<std::filesystem::path> directory_;
  std::map<std::string, FileSlice> files_;
};

}  // namespace ridge::onnx
