// Output files that appear whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"

namespace ridge {

/// Writes beside `path`; commit() syncs and renames, anything else removes what was written. Special files
/// (/dev/null, pipes) are written directly. A symbolic link is followed, an existing file's permissions are
/// kept. Every failure (disk full, not writable) is Error{machine} with the path.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Zeros up to the next multiple of `alignment`.
  void align(size_t alignment);
  int64_t written() const { return written_; }

  /// The file is complete under its name afterwards. Nothing may be written after it.
  void commit();

 private:
  [[noreturn]] void fail(int reason) const;
  void openDirectly();
  void openTemporary();
  void discard() noexcept;
  void flush();
  void writeNow(std::span<const std::byte> bytes);

  std::string path_;
  std::string temporary_;  // empty: written directly, or committed
  int slot_ = -1;          // of the list that removeTemporaries() reads
  FileDescriptor file_;
  std::vector<std::byte> buffer_;
  int64_t written_ = 0;
};

/// The whole file in one call.
void writeFileAtomically(const std::string& path, std::span<const std::byte> bytes);
void writeFileAtomically(const std::string& path, std::string_view text);

/// Removes every temporary of this process that is not committed yet. May be called from a signal handler.
void removeTemporaries() noexcept;

}  // namespace ridge
