#include "common/requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace ridge::tool {

namespace {

struct Requirement {
  std::string metric, comparison;
  double bound = 0;
};

Requirement parse(const std::string& text) {
  for (const char* comparison : {">=", "<=", ">", "<"}) {
    const size_t at = text.find(comparison);
    if (at == std::string::npos || at == 0) continue;
    const auto bound = parseDouble(text.substr(at + std::string_view(comparison).size()));
    if (bound) return {text.substr(0, at), comparison, *bound};
  }
  failUsage(fmt::format("'{}' is no requirement", escaped(text)), "--require", "write it like top1>=0.84");
}

bool holds(const Requirement& requirement, double value) {
  if (requirement.comparison == ">=") return value >= requirement.bound;
  if (requirement.comparison == "<=") return value <= requirement.bound;
  if (requirement.comparison == ">") return value > requirement.bound;
  return value < requirement.bound;
}

}  // namespace

void checkRequirements(const std::vector<std::string>& requirements,
                       const std::vector<std::string>& metrics) {
  for (const std::string& text : requirements) {
    const Requirement requirement = parse(text);
    if (std::find(metrics.begin(), metrics.end(), requirement.metric) == metrics.end())
      failUsage(fmt::format("there is no metric '{}' {}", escaped(requirement.metric),
                            suggestion(requirement.metric, metrics)),
                "--require", "see the keys of the JSON document");
  }
}

void requireAll(const std::vector<std::string>& requirements, const std::map<std::string, double>& values) {
  for (const std::string& text : requirements) {
    const Requirement requirement = parse(text);
    const double value = values.at(requirement.metric);
    if (!holds(requirement, value))
      throw Error(ErrorCode::no, fmt::format("{} is {:.6g}", requirement.metric, value),
                  fmt::format("--require {}", escaped(text)), "the requirement is not met");
  }
}

}  // namespace ridge::tool
