#include "analyze/explain/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyze/explain/sentences.h"
#include "base/text.h"
#include "base/time_text.h"

namespace ridge::analyze {

namespace {

struct Sum {
  size_t count = 0;
  uint64_t bytes = 0;
  double ns = 0;
};

/// Of copies that the planner put in.
Sum sumOf(const Explanation& explanation, DecisionKind kind) {
  Sum sum;
  for (const ExplainedStep& step : explanation.steps)
    for (const Decision& decision : ofKind(step.decisions, kind)) {
      ++sum.count;
      if (__builtin_add_overflow(sum.bytes, decision.bytes, &sum.bytes)) sum.bytes = UINT64_MAX;
      sum.ns += decision.estimateNs;
    }
  return sum;
}

void addSum(const Explanation& explanation, DecisionKind kind, const char* one, const char* several,
            std::vector<std::string>& lines) {
  const Sum sum = sumOf(explanation, kind);
  if (sum.count > 0)
    lines.push_back(fmt::format("{}, {}, {} in all", counted(sum.count, one, several),
                                formatBytes(static_cast<int64_t>(std::min<uint64_t>(sum.bytes, INT64_MAX))),
                                timeOf(sum.ns, 0)));
}

/// "declined: groups are 1" of the kernels that did not want what falls back.
std::string causesOf(const ExplainedStep& step) {
  std::string text;
  for (const Decision& refusal : ofKind(step.decisions, DecisionKind::declined))
    text += fmt::format("; {}: {}", escaped(refusal.what), shownText(refusal.sentence));
  return text;
}

}  // namespace

bool mixesTimes(const Explanation& explanation) {
  const auto timed = std::count_if(explanation.steps.begin(), explanation.steps.end(),
                                   [](const ExplainedStep& at) { return at.step->measuredNs > 0; });
  return timed > 0 && timed < std::ssize(explanation.steps);
}

Rows stepRows(const Explanation& explanation) {
  Rows rows{{"step", "ops", "kernel", "us", "precision", "why"}};
  const std::string mark = mixesTimes(explanation) ? "~" : "";
  for (const ExplainedStep& at : explanation.steps) {
    const Step& step = *at.step;
    const bool timed = step.measuredNs > 0;
    rows.push_back({std::string(static_cast<size_t>(2 * at.depth), ' ') + escaped(step.name),
                    escaped(fmt::format("{}", fmt::join(step.ops, "+"))), escaped(kernelOf(step)),
                    timed ? threeFigures(step.measuredNs / 1e3) : mark + threeFigures(step.estimateNs / 1e3),
                    at.given, whyChosen(at)});
  }
  return rows;
}

Rows notFusedRows(const Explanation& explanation) {
  Rows rows{{"step", "not fused", "reason"}};
  for (const ExplainedStep& at : explanation.steps)
    for (const Decision& left : ofKind(at.decisions, DecisionKind::notFused)) {
      const Step* home = homeOf(at, left.what);
      if (home && isFused(*home, left.what)) continue;
      rows.push_back({escaped(at.step->name), escaped(left.what), shownText(left.sentence)});
    }
  return rows;
}

Rows passRows(const Explanation& explanation) {
  std::map<std::string, std::pair<int64_t, int64_t>> counts;
  for (const Decision& pass : explanation.passes) {
    auto& [applied, declined] = counts[pass.subject];
    applied += pass.kind == DecisionKind::passApplied;
    declined += pass.kind == DecisionKind::passDeclined;
  }
  Rows rows{{"pass", "rewrites", "declined"}};
  for (const auto& [pass, count] : counts)
    rows.push_back({escaped(pass), std::to_string(count.first), std::to_string(count.second)});
  return rows;
}

std::vector<std::string> remarks(const Explanation& explanation) {
  std::vector<std::string> lines;
  addSum(explanation, DecisionKind::reformat, "reformat", "reformats", lines);
  addSum(explanation, DecisionKind::copied, "copy", "copies", lines);
  addSum(explanation, DecisionKind::transfer, "transfer", "transfers", lines);
  const size_t views = ofKind(explanation.stepless, DecisionKind::view).size();
  const size_t joins = ofKind(explanation.stepless, DecisionKind::inPlace).size();
  if (views + joins > 0)
    lines.push_back(fmt::format("nothing is moved for {} and {}", counted(views, "view", "views"),
                                counted(joins, "join in place", "joins in place")));
  for (const ExplainedStep& at : explanation.steps) {
    for (const Decision& decision : ofKind(at.decisions, DecisionKind::fallback))
      lines.push_back(fmt::format("{} ({}) {}{}", escaped(at.step->name),
                                  escaped(fmt::format("{}", fmt::join(at.step->ops, "+"))),
                                  shownText(decision.sentence), causesOf(at)));
    for (const DecisionKind kind : {DecisionKind::island, DecisionKind::place})
      for (const Decision& decision : ofKind(at.decisions, kind))
        lines.push_back(fmt::format("{}: {}", escaped(decision.subject), shownText(decision.sentence)));
  }
  return lines;
}

}  // namespace ridge::analyze
