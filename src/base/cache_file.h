// Files that several programs share and that outlive them: where they lie, how they are read and locked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ridge {

/// $XDG_CACHE_HOME/ridge/NAME, else ~/.cache/ridge/NAME, else /tmp/ridge-NAME.
std::string cachePath(std::string_view name);

/// The whole file; "" when it is missing, no regular file or larger than `most` bytes. Never waits for data:
/// a pipe, a device or one of the system's own files in the place of a cache reads as empty.
std::string readCache(const std::string& path, uintmax_t most);

/// Whether something other than a regular file stands there, so that a cache must not be written either;
/// links are followed.
bool blocksCache(const std::string& path);

/// Holds an exclusive lock on PATH.lock while it lives; `held` tells whether there is one. There is none for
/// a path that blocksCache(), nor when waiting for it was interrupted.
class FileLock {
 public:
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool held() const { return held_; }

 private:
  int file_;
  bool held_ = false;
};

}  // namespace ridge
