#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace ridge {
namespace {

constexpr size_t kShownCharacters = 200;

// Bytes of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none.
size_t utf8Length(std::string_view text) {
  const auto byteAt = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byteAt(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                        : lead >= 0xe0 && lead < 0xf0 ? 3
                        : lead >= 0xf0 && lead < 0xf5 ? 4
                                                      : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t at = 1; at < length; ++at)
    if ((byteAt(at) & 0xc0u) != 0x80u) return 0;
  const unsigned second = byteAt(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool tooLarge = lead == 0xf4 && second >= 0x90, surrogate = lead == 0xed && second >= 0xa0;
  return overlong || tooLarge || surrogate ? 0 : length;
}

// C1 controls, and the marks that turn the direction of text: they could disguise what a terminal shows.
bool isUnsafe(std::string_view sequence) {
  if (sequence.size() == 2) return sequence[0] == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0;
  if (sequence.size() != 3 || sequence[0] != '\xe2') return false;
  const auto second = static_cast<unsigned char>(sequence[1]),
             third = static_cast<unsigned char>(sequence[2]);
  return (second == 0x80 && (third == 0x8e || third == 0x8f || (third >= 0xa8 && third <= 0xae))) ||
         (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

void appendHex(std::string& out, std::string_view bytes) {
  for (const char byte : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

void appendEscaped(std::string& out, std::string_view sequence) {
  const char first = sequence[0];
  if (first == '\n')
    out += "\\n";
  else if (first == '\t')
    out += "\\t";
  else if (first == '"' || first == '\'' || first == '\\')
    (out += '\\') += first;
  else if (static_cast<unsigned char>(first) < 0x20 || first == 0x7f || isUnsafe(sequence))
    appendHex(out, sequence);
  else
    out += sequence;
}

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void badFlag(std::string_view flag, std::string_view text, std::string_view wanted) {
  failUsage(fmt::format("{} is not {}", inQuotes(text), wanted), std::string(flag),
            fmt::format("give {}", wanted));
}

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return lower;
}

// Insertions, deletions, replacements and swaps of neighbours.
size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (size_t column = 0; column <= b.size(); ++column) last[column] = column;
  for (size_t line = 1; line <= a.size(); ++line) {
    row[0] = line;
    for (size_t column = 1; column <= b.size(); ++column) {
      const size_t replaced = last[column - 1] + (a[line - 1] != b[column - 1]);
      row[column] = std::min({replaced, last[column] + 1, row[column - 1] + 1});
      if (line > 1 && column > 1 && a[line - 1] == b[column - 2] && a[line - 2] == b[column - 1])
        row[column] = std::min(row[column], before[column - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

std::string threeDigits(double value) {
  return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

// Where the class that starts at pattern[at] == '[' ends (its ']'); npos: it is no class.
size_t classEnd(std::string_view pattern, size_t at) {
  size_t first = at + 1;
  if (first < pattern.size() && pattern[first] == '!') ++first;
  return pattern.find(']', first + 1);  // a ']' in first place is a member
}

bool classHas(std::string_view members, char letter) {
  const bool inverted = !members.empty() && members[0] == '!';
  if (inverted) members.remove_prefix(1);
  bool found = false;
  for (size_t at = 0; at < members.size(); ++at) {
    if (at + 2 < members.size() && members[at + 1] == '-') {
      found |= members[at] <= letter && letter <= members[at + 2];
      at += 2;
    } else {
      found |= members[at] == letter;
    }
  }
  return found != inverted;
}

// Characters of the pattern that match one letter at pattern[at]; 0: no match.
size_t matchOne(std::string_view pattern, size_t at, char letter) {
  if (at >= pattern.size()) return 0;
  if (pattern[at] == '?') return 1;
  if (pattern[at] == '[') {
    const size_t end = classEnd(pattern, at);
    if (end != std::string_view::npos)
      return classHas(pattern.substr(at + 1, end - at - 1), letter) ? end - at + 1 : 0;
  }
  return pattern[at] == letter ? 1 : 0;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (size_t at = 0, shown = 0; at < text.size(); ++shown) {
    if (shown == kShownCharacters) return out + "...";
    const size_t length = utf8Length(text.substr(at));
    if (length == 0)
      appendHex(out, text.substr(at, 1));
    else
      appendEscaped(out, text.substr(at, length));
    at += std::max<size_t>(length, 1);
  }
  return out;
}

std::string shownText(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t length = std::max<size_t>(utf8Length(text.substr(at)), 1);
    const std::string_view character = text.substr(at, length);
    const bool plain = character == "'" || character == "\"" || character == "\\";
    out += plain ? std::string(character) : escaped(character);
    at += length;
  }
  return out;
}

std::string inQuotes(std::string_view text) {
  return fmt::format("\"{}\"", escaped(text));
}

bool matchesGlob(std::string_view pattern, std::string_view text) {
  size_t at = 0, place = 0, afterStar = std::string_view::npos, resume = 0;
  while (place < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      afterStar = ++at;
      resume = place;
    } else if (const size_t used = matchOne(pattern, at, text[place])) {
      at += used;
      ++place;
    } else if (afterStar != std::string_view::npos) {
      at = afterStar;  // let the last star take one letter more
      place = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

std::optional<int64_t> parseInt(std::string_view text) {
  return parsed<int64_t>(text);
}

std::optional<double> parseDouble(std::string_view text) {
  const std::optional<double> value = parsed<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::vector<int64_t>> parseSizes(std::string_view text) {
  std::vector<int64_t> sizes;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('x', start), text.size());
    const std::optional<int64_t> size = parseInt(text.substr(start, end - start));
    if (!size || *size < 0) return std::nullopt;
    sizes.push_back(*size);
    start = end + 1;
  }
  return sizes;
}

std::optional<int64_t> parseSize(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr Unit kUnits[] = {{"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30},
                                    {"TiB", 0x1p40}, {"kB", 1e3},     {"MB", 1e6},
                                    {"GB", 1e9},     {"TB", 1e12},    {"B", 1}};
  double factor = 1;
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    text.remove_suffix(unit.name.size());
    if (text.ends_with(' ')) text.remove_suffix(1);
    factor = unit.bytes;
    break;
  }
  if (const std::optional<int64_t> whole = parseInt(text); whole && factor == 1)
    return *whole >= 0 ? whole : std::nullopt;
  const std::optional<double> number = parseDouble(text);
  if (!number || *number < 0 || *number * factor >= 0x1p63) return std::nullopt;
  return static_cast<int64_t>(*number * factor);
}

int64_t intOfFlag(std::string_view flag, std::string_view text) {
  const std::optional<int64_t> value = parseInt(text);
  if (!value) badFlag(flag, text, "a whole number");
  return *value;
}

double doubleOfFlag(std::string_view flag, std::string_view text) {
  const std::optional<double> value = parseDouble(text);
  if (!value) badFlag(flag, text, "a number");
  return *value;
}

int64_t sizeOfFlag(std::string_view flag, std::string_view text) {
  const std::optional<int64_t> value = parseSize(text);
  if (!value) badFlag(flag, text, "a size such as 1000, 64MiB or 4GiB");
  return *value;
}

std::string FileNames::unique(std::string_view name) {
  std::string base;
  for (const char letter : name.substr(0, kShownCharacters)) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
    base += plain ? letter : '_';
  }
  if (base.find_first_not_of('.') == std::string::npos) base += '_';
  std::string result = base;
  for (int number = 2; !used_.insert(lowerCase(result)).second; ++number)
    result = fmt::format("{}.{}", base, number);
  return result;
}

std::optional<std::string> nearestName(std::string_view name, std::span<const std::string> candidates) {
  if (name.empty() || name.size() > kShownCharacters) return std::nullopt;
  const std::string lower = lowerCase(name);
  size_t best = name.size() / 3 + 1;  // farther ones do not help
  const std::string* nearest = nullptr;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > name.size() + best || candidate.size() + best < name.size()) continue;
    const size_t distance = editDistance(lower, lowerCase(candidate));
    if (distance < best || (distance == best && !nearest)) {
      best = distance;
      nearest = &candidate;
    }
  }
  return nearest && best < nearest->size() ? std::optional(*nearest) : std::nullopt;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  const std::optional<std::string> nearest = nearestName(name, candidates);
  return nearest ? fmt::format("did you mean {}?", escaped(*nearest)) : std::string();
}

std::string orSuggestion(std::string_view name, std::span<const std::string> candidates) {
  const std::string nearest = suggestion(name, candidates);
  return nearest.empty() ? nearest : ", " + nearest;
}

std::string formatBytes(int64_t bytes) {
  static constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{} {}", value < 1000 ? threeDigits(value) : fmt::format("{:.0f}", value), kUnits[unit]);
}

std::string formatCount(double count) {
  static constexpr std::string_view kUnits[] = {"", " k", " M", " G", " T", " P", " E"};
  if (std::abs(count) < 1000 && count == std::floor(count)) return fmt::format("{:.0f}", count);
  double value = std::abs(count);
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  return fmt::format("{}{}{}", count < 0 ? "-" : "", threeDigits(value), kUnits[unit]);
}

std::string counted(int64_t count, std::string_view one, std::string_view several) {
  if (count == 1) return fmt::format("1 {}", one);
  if (!several.empty()) return fmt::format("{} {}", count, several);
  const bool word = !one.empty() && one.back() >= 'a' && one.back() <= 'z';
  return fmt::format("{} {}{}", count, one, word ? "s" : "");
}

}  // namespace ridge
