// Zip archives as .npz files need them: stored and deflated entries, 64-bit sizes on reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/mapped_file.h"

namespace ridge {

struct ZipEntry {
  std::string name;
  int64_t size = 0;  ///< of the content
  bool deflated = false;
  uint32_t crc = 0;
  std::span<const std::byte> stored;  ///< as it lies in the archive
};

/// Reads the directory of an archive and checks it whole: bounds, duplicates, encryption, and that all
/// contents together have at most `expansionLimit` bytes. Every defect is Error{input}.
class ZipReader {
 public:
  ZipReader(std::shared_ptr<const MappedFile> file, int64_t expansionLimit);

  const std::vector<ZipEntry>& entries() const { return entries_; }

  struct Content {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;  ///< keeps `bytes` alive
  };
  /// The content; a wrong checksum is Error{input}. Stored entries are not copied.
  Content read(const ZipEntry& entry) const;

 private:
  std::shared_ptr<const MappedFile> file_;
  std::vector<ZipEntry> entries_;
};

/// Writes stored entries. Names must differ; archives of 4 GiB and more are Error{input}.
class ZipWriter {
 public:
  explicit ZipWriter(std::string path) : file_(std::move(path)) {}

  /// One entry whose content is `head` followed by `body`.
  void add(std::string_view name, std::string_view head, std::span<const std::byte> body);
  void commit();

 private:
  AtomicFile file_;
  std::string directory_;
  uint16_t count_ = 0;
};

}  // namespace ridge
