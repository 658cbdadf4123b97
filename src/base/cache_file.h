// Files that several programs share and that outlive them: where they lie, how they are read and locked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ridge {

/// $XDG_CACHE_HOME/ridge/NAME, else ~/.cache/ridge/NAME, else /tmp/ridge-NAME.
std::string cachePath(std::string_view name);

/// The whole file; "" when it is missing, no regular file or larger than `most` bytes.
std::string readCache(const std::string& path, uintmax_t most);

/// Holds an exclusive lock on PATH.lock while it lives; `held` tells whether there is one: not when waiting
/// for it was interrupted.
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
