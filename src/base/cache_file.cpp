#include "base/cache_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/file_descriptor.h"
#include "base/interrupt.h"

namespace ridge {

std::string cachePath(std::string_view name) {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return fmt::format("{}/ridge/{}", cache, name);
  if (const char* home = std::getenv("HOME"); home && *home)
    return fmt::format("{}/.cache/ridge/{}", home, name);
  return fmt::format("/tmp/ridge-{}", name);
}

// The size is that of the file which is read, not of one that stood there before, and no more is read: files
// of /proc look regular and of no size.
std::string readCache(const std::string& path, uintmax_t most) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!file.valid() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (static_cast<uintmax_t>(status.st_size) > most) return {};
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<size_t>(count);
  }
  text.resize(filled);
  return text;
}

bool blocksCache(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

// O_NONBLOCK: a pipe in the lock's place is opened at once too.
FileLock::FileLock(const std::string& path)
    : file_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644)) {
  if (file_ < 0 || blocksCache(path)) return;
  do held_ = ::flock(file_, LOCK_EX) == 0;
  while (!held_ && errno == EINTR && !interrupted());
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace ridge
