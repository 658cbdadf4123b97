#include "base/cache_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/interrupt.h"

namespace ridge {

std::string cachePath(std::string_view name) {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return fmt::format("{}/ridge/{}", cache, name);
  if (const char* home = std::getenv("HOME"); home && *home)
    return fmt::format("{}/.cache/ridge/{}", home, name);
  return fmt::format("/tmp/ridge-{}", name);
}

std::string readCache(const std::string& path, uintmax_t most) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > most) return {};
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

FileLock::FileLock(const std::string& path)
    : file_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  while (file_ >= 0 && !held_) {
    held_ = ::flock(file_, LOCK_EX) == 0;
    if (!held_ && (errno != EINTR || interrupted())) break;
  }
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace ridge
