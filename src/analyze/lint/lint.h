// What in a network's own design costs time or accuracy: findings with layer, figure, remedy and cost.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/lint/subject.h"

namespace ridge::analyze::lint {

/// time: the remedy is the designer's; cleanup: `ridge` (and any optimizer) does away with it by itself,
/// other runtimes may not; accuracy: answers may be wrong.
enum class Matter : uint8_t { time, cleanup, accuracy };
std::string_view name(Matter matter);

struct Finding {
  std::string rule = {};
  Matter matter = Matter::time;
  std::vector<std::string> layers = {};  ///< display names of nodes, not escaped; at least one
  std::string figure = {};               ///< "padding waste 31 %"
  std::string sentence = {};             ///< what is wrong; names in it are escaped
  std::string remedy = {};
  double seconds = 0;  ///< what the remedy would save on the roof's machine, by the roofline model
  std::vector<double> parts = {};  ///< of `seconds`, by layer; empty: every layer has the same part
  bool slip = false;  ///< a slip that a designer would not repeat, no price: see LintOptions::tellsSlips
};

struct Rule {
  std::string_view name;     ///< as --disable-rule takes it
  std::string_view summary;  ///< one line for --list-rules
  void (*look)(const Subject&, std::vector<Finding>&) = nullptr;
};

std::span<const Rule> rules();

/// Error{usage} with a suggestion for a name that is no rule's.
void checkRuleNames(std::span<const std::string> names);

struct LintOptions {
  std::vector<std::string> only = {};      ///< names of rules; empty: all
  std::vector<std::string> disabled = {};  ///< names of rules
  double leastShare = 0.001;               ///< findings about time that would save less are only counted
  bool tellsSlips = true;                  ///< slips are told however little they save
};

struct Report {
  std::vector<Finding> findings;   ///< the most expensive first; equal ones in the order of the rules
  std::vector<std::string> notes;  ///< rules that could not look, and why
  size_t minor = 0;                ///< findings below leastShare, left out
  double seconds = 0;              ///< least time of the whole network after all passes, launches included
  double saved = 0;                ///< of it, by all findings; layers that several name count once
};

Report inspect(const Subject& subject, const LintOptions& options);

}  // namespace ridge::analyze::lint
