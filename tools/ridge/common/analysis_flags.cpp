#include "common/analysis_flags.h"

#include <fmt/format.h>

#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace ridge::tool {

namespace {

[[noreturn]] void failChoice(const char* flag, const char* what, const std::string& text,
                             const std::vector<std::string>& choices) {
  failUsage(fmt::format("{} is no {}{}", inQuotes(text), what, orSuggestion(text, choices)), flag,
            fmt::format("use {}", fmt::join(choices, ", ")));
}

}  // namespace

analyze::Precision precisionOfFlag(const std::string& text) {
  if (const auto precision = analyze::precisionFromName(text)) return *precision;
  std::vector<std::string> choices;
  for (analyze::Precision precision : analyze::kPrecisions) choices.emplace_back(analyze::name(precision));
  failChoice("--precision", "precision", text, choices);
}

analyze::Convention conventionOfFlag(const std::string& text) {
  if (const auto convention = analyze::conventionFromName(text)) return *convention;
  failChoice("--convention", "convention", text, {"standard", "slides"});
}

}  // namespace ridge::tool
