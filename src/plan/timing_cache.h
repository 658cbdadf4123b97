// Measured times of candidates: text, mergeable, keyed by device and canonical signature.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace ridge {

/// A line of the file is `NANOSECONDS<tab>KEY`. Keys name device, instruction set, threads, kernel revision,
/// region signature and candidate; they hold no names, ids or constant values.
class TimingCache {
 public:
  std::optional<int64_t> find(const std::string& key) const;
  void set(const std::string& key, int64_t nanoseconds);
  bool changed() const { return changed_; }
  size_t size() const { return entries_.size(); }

  /// Reads a file; lines that are not understood are skipped and counted. A missing file is empty. Returns
  /// the count of skipped lines.
  size_t load(const std::string& path);
  /// Merges with what the file now holds (ours wins) under a lock and renames. Returns a sentence when it
  /// could not.
  std::string save(const std::string& path);

  /// $XDG_CACHE_HOME/ridge/timing, else ~/.cache/ridge/timing.
  static std::string defaultPath();

 private:
  size_t parse(const std::string& text, std::map<std::string, int64_t>& into) const;
  std::map<std::string, int64_t> entries_;
  bool changed_ = false;
};

}  // namespace ridge
