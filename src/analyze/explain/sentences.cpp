#include "analyze/explain/sentences.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ridge::analyze {

namespace {

double costOf(const Decision& tried) {
  return tried.measuredNs > 0 ? tried.measuredNs : tried.estimateNs;
}

std::string microseconds(double ns) {
  return fmt::format("{:.{}f} us", ns / 1e3, ns < 1e5 ? 1 : 0);
}

std::string whyAmong(const std::vector<Decision>& tried) {
  const auto chosen =
      std::find_if(tried.begin(), tried.end(), [](const Decision& decision) { return decision.chosen; });
  if (chosen == tried.end()) return "not recorded";
  if (tried.size() == 1) return "only one offered";
  const std::string how = chosen->measuredNs > 0 ? "measured" : "cost model:";
  const Decision* next = nullptr;
  for (const Decision& other : tried)
    if (!other.chosen && (!next || costOf(other) < costOf(*next))) next = &other;
  const std::string own = fmt::format("{} {}", how, microseconds(costOf(*chosen)));
  if (!next) return own;
  const std::string other = fmt::format("{} {}", escaped(next->what), microseconds(costOf(*next)));
  return costOf(*next) < costOf(*chosen) ? fmt::format("{}; {}, but in another order", own, other)
                                         : fmt::format("{}, next best {}", own, other);
}

}  // namespace

std::string timeOf(double estimateNs, double measuredNs) {
  return measuredNs > 0 ? fmt::format("{} (measured)", microseconds(measuredNs))
                        : fmt::format("about {} (cost model)", microseconds(estimateNs));
}

std::string timeOf(const Decision& tried) {
  return timeOf(tried.estimateNs, tried.measuredNs);
}

std::string whyChosen(const ExplainedStep& step) {
  if (step.step->control) return "runs its bodies";
  for (const DecisionKind kind : {DecisionKind::fallback, DecisionKind::island, DecisionKind::reformat,
                                  DecisionKind::transfer, DecisionKind::copied})
    if (const auto found = ofKind(step.decisions, kind); !found.empty())
      return shownText(found.front().sentence);
  return whyAmong(ofKind(step.decisions, DecisionKind::tried));
}

std::string listed(std::span<const std::string> names, size_t most) {
  std::string text;
  const size_t shown = names.size() > most ? most : names.size();
  for (size_t at = 0; at < shown; ++at) {
    const bool last = at + 1 == names.size();
    text += fmt::format("{}{}", at == 0 ? "" : last ? " and " : ", ", escaped(names[at]));
  }
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string passSentence(const Decision& decision) {
  const std::string nodes = decision.nodes.empty() ? "the graph" : listed(decision.nodes);
  const std::string pass = escaped(decision.subject), sentence = shownText(decision.sentence);
  return decision.kind == DecisionKind::passApplied
             ? fmt::format("pass {} rewrote {}: {}", pass, nodes, sentence)
             : fmt::format("pass {} left {} alone: {}", pass, nodes, sentence);
}

std::string movementSentence(const Decision& decision) {
  const std::string subject = escaped(decision.subject), sentence = shownText(decision.sentence);
  if (decision.kind == DecisionKind::copied && !decision.what.empty())
    return fmt::format("{} copies {} ({}): {}", subject, escaped(decision.what),
                       formatBytes(static_cast<int64_t>(decision.bytes)), sentence);
  return fmt::format("{}: {}", subject, sentence);
}

}  // namespace ridge::analyze
