#include "plan/timing_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace ridge {

namespace fs = std::filesystem;

namespace {

constexpr uintmax_t kLargestFile = uintmax_t{64} << 20;

std::string readText(const std::string& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error || size > kLargestFile) return {};
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Holds an exclusive lock on PATH.lock while it lives; `held` tells whether there is one.
class FileLock {
 public:
  explicit FileLock(const std::string& path)
      : file_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    held_ = file_ >= 0 && ::flock(file_, LOCK_EX) == 0;
  }
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool held() const { return held_; }

 private:
  int file_;
  bool held_ = false;
};

}  // namespace

std::optional<int64_t> TimingCache::find(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

void TimingCache::set(const std::string& key, int64_t nanoseconds) {
  entries_[key] = nanoseconds;
  changed_ = true;
}

size_t TimingCache::parse(const std::string& text, std::map<std::string, int64_t>& into) const {
  size_t skipped = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t tab = line.find('\t');
    const auto time = tab == std::string::npos ? std::nullopt : parseInt(line.substr(0, tab));
    if (!time || *time <= 0 || tab + 1 == line.size()) {
      ++skipped;
      continue;
    }
    into[line.substr(tab + 1)] = *time;
  }
  return skipped;
}

size_t TimingCache::load(const std::string& path) {
  return parse(readText(path), entries_);
}

std::string TimingCache::save(const std::string& path) {
  try {
    // Only our own place is made: a mistyped --timing-cache is not.
    if (path == defaultPath()) fs::create_directories(fs::path(path).parent_path());
    FileLock lock(path);
    if (!lock.held()) return fmt::format("the timing cache {} cannot be locked", escaped(path));
    std::map<std::string, int64_t> merged;
    parse(readText(path), merged);
    for (const auto& [key, time] : entries_) merged[key] = time;
    std::string text;
    for (const auto& [key, time] : merged) text += fmt::format("{}\t{}\n", time, key);
    AtomicFile file(path);
    file.write(std::as_bytes(std::span(text)));
    file.commit();
  } catch (const std::exception& error) {
    return fmt::format("the timing cache {} cannot be written: {}", escaped(path), escaped(error.what()));
  }
  changed_ = false;
  return {};
}

std::string TimingCache::defaultPath() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return std::string(cache) + "/ridge/timing";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::string(home) + "/.cache/ridge/timing";
  return "/tmp/ridge-timing";
}

}  // namespace ridge
