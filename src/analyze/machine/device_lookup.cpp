#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "analyze/machine/device_table.h"
#include "base/error.h"
#include "base/text.h"

namespace ridge::analyze {
namespace {

constexpr size_t kLongestName = 100, kShown = 6;

/// Words of letters and digits in lower case, without those that say nothing of the model.
std::vector<std::string> wordsOf(std::string_view name) {
  static constexpr std::array<std::string_view, 13> kNoise{"nvidia",    "geforce", "intel",   "amd", "tesla",
                                                           "processor", "cpu",     "gpu",     "r",   "tm",
                                                           "c",         "the",     "graphics"};
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty() && std::find(kNoise.begin(), kNoise.end(), word) == kNoise.end()) words.push_back(word);
    word.clear();
  };
  for (const char c : name) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+')
      word += c;
    else if (c >= 'A' && c <= 'Z')
      word += static_cast<char>(c - 'A' + 'a');
    else
      finish();
  }
  finish();
  return words;
}

std::vector<std::string_view> namesOf(const Device& device) {
  std::vector<std::string_view> names{device.name};
  names.insert(names.end(), device.aliases.begin(), device.aliases.end());
  return names;
}

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row[b.size()];
}

/// 0: the same. Letters to change, less two for every word that both have.
double distance(const std::string& squeezed, const std::vector<std::string>& words,
                std::string_view candidate) {
  const std::vector<std::string> theirs = wordsOf(candidate);
  const auto shared = std::count_if(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(theirs.begin(), theirs.end(), word) != theirs.end();
  });
  return static_cast<double>(editDistance(squeezed, squeezedName(candidate))) -
         2.0 * static_cast<double>(shared);
}

std::vector<std::string> nearest(const DeviceTable& table, std::string_view name) {
  const std::string squeezed = squeezedName(name);
  const std::vector<std::string> words = wordsOf(name);
  std::vector<std::pair<double, const Device*>> ranked;
  for (const Device& device : table.devices) {
    double best = 1e9;
    for (const std::string_view candidate : namesOf(device))
      best = std::min(best, distance(squeezed, words, candidate));
    ranked.emplace_back(best, &device);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [far, device] : ranked)
    if (names.size() < 3) names.push_back(device->name);
  return names;
}

bool hasAll(const Device& device, const std::vector<std::string>& words) {
  const auto names = namesOf(device);
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    const std::vector<std::string> theirs = wordsOf(name);
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return std::find(theirs.begin(), theirs.end(), word) != theirs.end();
    });
  });
}

std::string listed(const std::vector<const Device*>& devices) {
  std::vector<std::string> names;
  for (const Device* device : devices)
    if (names.size() < kShown) names.push_back(device->name);
  const size_t more = devices.size() - names.size();
  return fmt::format("{}{}", fmt::join(names, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

std::string squeezedName(std::string_view name) {
  const std::vector<std::string> words = wordsOf(name);
  return std::accumulate(words.begin(), words.end(), std::string());
}

const Device* DeviceTable::named(std::string_view name) const {
  const std::string squeezed = squeezedName(name);
  for (const Device& device : devices)
    if (squeezedName(device.name) == squeezed) return &device;
  // A user's device stands behind ours: its aliases win.
  for (auto device = devices.rbegin(); device != devices.rend(); ++device)
    for (const std::string& alias : device->aliases)
      if (squeezedName(alias) == squeezed) return &*device;
  return nullptr;
}

const Device& findDevice(const DeviceTable& table, std::string_view name) {
  const std::vector<std::string> words = wordsOf(name.substr(0, kLongestName));
  if (words.empty() || name.size() > kLongestName)
    failUsage("no device has the name " + inQuotes(name), "devices", "see `ridge device --list`");
  if (const Device* same = table.named(name)) return *same;
  std::vector<const Device*> fitting;
  for (const Device& device : table.devices)
    if (hasAll(device, words)) fitting.push_back(&device);
  if (fitting.size() == 1) return *fitting.front();
  if (!fitting.empty())
    failUsage(fmt::format("{} fits {} devices", inQuotes(name), fitting.size()), "devices",
              "name one: " + listed(fitting));
  failUsage(
      "unknown device " + inQuotes(name), "devices",
      fmt::format("did you mean {}? `ridge device --list` shows all", fmt::join(nearest(table, name), ", ")));
}

}  // namespace ridge::analyze
