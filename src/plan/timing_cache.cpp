#include "plan/timing_cache.h"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "base/atomic_file.h"
#include "base/cache_file.h"
#include "base/error.h"
#include "base/text.h"

namespace ridge {

namespace fs = std::filesystem;

namespace {

constexpr uintmax_t kLargestFile = uintmax_t{64} << 20;

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
  return parse(readCache(path, kLargestFile), entries_);
}

std::string TimingCache::save(const std::string& path) {
  try {
    // Only our own place is made: a mistyped --timing-cache is not.
    if (path == defaultPath()) fs::create_directories(fs::path(path).parent_path());
    FileLock lock(path);
    if (!lock.held()) return fmt::format("the timing cache {} cannot be locked", escaped(path));
    std::map<std::string, int64_t> merged;
    parse(readCache(path, kLargestFile), merged);
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
  return cachePath("timing");
}

}  // namespace ridge
