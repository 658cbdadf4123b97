#include "analyze/lint/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/interrupt.h"
#include "base/text.h"

namespace ridge::analyze::lint {

#define RIDGE_LINT_RULE(identifier) extern const Rule identifier;
#include "analyze/lint/rules.inc"
#undef RIDGE_LINT_RULE

namespace {

bool contains(const std::vector<std::string>& names, std::string_view wanted) {
  return std::find(names.begin(), names.end(), wanted) != names.end();
}

/// A second is saved once, whoever asks for it: of each group of findings about a layer the largest.
double savedByAll(const std::vector<Finding>& findings) {
  std::map<std::string, double> byLayer;
  for (const Finding& finding : findings) {
    if (finding.matter == Matter::cleanup) continue;  // no part of Report::seconds
    const double equal = finding.seconds / static_cast<double>(finding.layers.size());
    for (size_t at = 0; at < finding.layers.size(); ++at) {
      double& known = byLayer[finding.layers[at]];
      known = std::max(known, finding.parts.empty() ? equal : finding.parts[at]);
    }
  }
  double total = 0;
  for (const auto& [layer, seconds] : byLayer) total += seconds;
  return total;
}

}  // namespace

std::string_view name(Matter matter) {
  switch (matter) {
    case Matter::time:
      return "time";
    case Matter::cleanup:
      return "cleanup";
    case Matter::accuracy:
      return "accuracy";
  }
  return "";
}

std::span<const Rule> rules() {
#define RIDGE_LINT_RULE(identifier) identifier,
  static const std::array kRules{
#include "analyze/lint/rules.inc"
  };
#undef RIDGE_LINT_RULE
  return kRules;
}

void checkRuleNames(std::span<const std::string> names) {
  std::vector<std::string> known;
  for (const Rule& rule : rules()) known.emplace_back(rule.name);
  for (const std::string& wanted : names)
    if (!contains(known, wanted))
      failUsage(fmt::format("there is no rule '{}'{}", escaped(wanted), orSuggestion(wanted, known)),
                "--rule, --disable-rule", "--list-rules lists them");
}

Report inspect(const Subject& subject, const LintOptions& options) {
  checkRuleNames(options.only);
  checkRuleNames(options.disabled);
  Report report;
  report.seconds = subject.seconds();
  for (const Rule& rule : rules()) {
    if (contains(options.disabled, rule.name)) continue;
    if (!options.only.empty() && !contains(options.only, rule.name)) continue;
    std::vector<Finding> found;
    throwIfInterrupted();
    try {
      rule.look(subject, found);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::input) throw;
      report.notes.push_back(fmt::format("rule {} could not look: {}", rule.name, error.message()));
      continue;
    }
    for (Finding& finding : found) {
      finding.rule = rule.name;
      check(finding.parts.empty() || finding.parts.size() == finding.layers.size(), "a part for each layer");
      const bool small = finding.seconds < options.leastShare * report.seconds;
      if (finding.matter == Matter::time && small && !(finding.slip && options.tellsSlips))
        ++report.minor;
      else
        report.findings.push_back(std::move(finding));
    }
  }
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.seconds > b.seconds; });
  report.saved = std::min(report.seconds, savedByAll(report.findings));
  return report;
}

}  // namespace ridge::analyze::lint
