// A file's content, read-only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ridge {

/// Regular files are mapped; pipes, devices and files of /proc are read to their end. A mapped file that
/// another process shortens afterwards must not be touched beyond its new end: files are replaced
/// (AtomicFile), never rewritten.
class MappedFile {
 public:
  /// Error{input} with the path when there is no such file, it is a folder, it cannot be read, or a stream is
  /// longer than `streamLimit` bytes.
  static std::shared_ptr<const MappedFile> open(const std::string& path,
                                                size_t streamLimit = size_t{4} << 30);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  MappedFile() = default;
  void map(int descriptor, size_t size);
  void readAll(int descriptor, size_t limit);

  std::string path_;
  std::span<const std::byte> bytes_;
  std::vector<std::byte> owned_;
  void* mapping_ = nullptr;
};

}  // namespace ridge
