// Text for people and from people: escaping, globs, numbers and sizes in the C locale, file names,
// suggestions.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ridge {

/// A name from a file, safe to show: control characters, quotes, backslashes and bytes that are not UTF-8
/// become escapes; cut after 200 characters, with "...".
std::string escaped(std::string_view text);
/// A sentence that may hold names that are escaped already: control characters and bytes that are not UTF-8
/// become escapes, quotes and backslashes stay, nothing is cut.
std::string shownText(std::string_view text);
/// The name in double quotes, escaped.
std::string inQuotes(std::string_view text);

/// `*` any characters, `?` one byte, `[abc]`, `[a-z]`, `[!abc]`; the whole of `text` must match. A `[`
/// without `]` is an ordinary character.
bool matchesGlob(std::string_view pattern, std::string_view text);

/// Whole numbers and decimal fractions; nothing when `text` is anything else ("+1", " 1", "1x", "") or out of
/// range.
std::optional<int64_t> parseInt(std::string_view text);
std::optional<double> parseDouble(std::string_view text);
/// "1x3x224x224": whole numbers from 0 on; nothing when `text` is anything else or a number is out of range.
std::optional<std::vector<int64_t>> parseSizes(std::string_view text);
/// Bytes: "1000", "64KiB", "64MiB", "4GiB", "1TiB", also kB, MB, GB, TB (powers of 1000) and fractions
/// ("1.5GiB").
std::optional<int64_t> parseSize(std::string_view text);

/// The same for a flag's value: Error{usage} that names the flag.
int64_t intOfFlag(std::string_view flag, std::string_view text);
double doubleOfFlag(std::string_view flag, std::string_view text);
int64_t sizeOfFlag(std::string_view flag, std::string_view text);

/// File names from names of a model: everything but ASCII letters, digits, '.', '_', '-' becomes '_'; a
/// second use of the result (whatever its case) gets ".2", and so on. Never "", "." or "..", at most 200
/// characters.
class FileNames {
 public:
  std::string unique(std::string_view name);

 private:
  std::set<std::string> used_;  // in lower case
};

/// The candidate that `name` was probably meant to be; nothing when none is near.
std::optional<std::string> nearestName(std::string_view name, std::span<const std::string> candidates);
/// "did you mean X?", or "".
std::string suggestion(std::string_view name, std::span<const std::string> candidates);
/// ", did you mean X?", or "": the end of a sentence.
std::string orSuggestion(std::string_view name, std::span<const std::string> candidates);

/// "512 B", "1.5 KiB", "97.5 MiB".
std::string formatBytes(int64_t bytes);
/// "950", "25.6 k", "4.09 G": three digits, powers of 1000.
std::string formatCount(double count);
/// "1 layer", "2 layers", "68 SM" (abbreviations have no plural); `several` where an s is not enough.
std::string counted(int64_t count, std::string_view one, std::string_view several = {});

}  // namespace ridge
