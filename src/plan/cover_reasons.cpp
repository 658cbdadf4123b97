#include "plan/cover_reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ir/dump.h"

namespace ridge {

namespace {

bool contains(const auto& list, const auto& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string saidBy(const Refusal& refusal) {
  return fmt::format("{} does not take it: {}", refusal.tactic, refusal.sentence);
}

/// Why the region that has one node more was not taken: in the words of the kernel that was, if it has any.
std::string whyCutShort(const Offer& larger, const CoverRegion& chosen) {
  for (const Refusal& refusal : larger.refusals)
    for (const Choice& choice : chosen.choices)
      if (choice.candidate.tactic == refusal.tactic) return saidBy(refusal);
  if (!larger.region.choices.empty()) return "the cost model expects to save nothing by it";
  return larger.refusals.empty() ? "no kernel takes both" : saidBy(larger.refusals.front());
}

std::string whyFallback(const Graph& graph, const Region& region, const std::vector<Refusal>& refusals) {
  const std::string sentence = "falls back to the reference kernels";
  if (!refusals.empty()) return sentence;
  return fmt::format("{}: there is no other kernel for {}", sentence,
                     displayName(*graph.node(region.members.front()).op));
}

/// Who needs an inner value of the region.
std::string readersOf(const Graph& graph, ValueId value, const std::vector<NodeId>& members) {
  std::vector<std::string> readers;
  for (const NodeId user : graph.users(value))
    if (!contains(members, user)) readers.push_back(escaped(displayName(graph, user)));
  if (!readers.empty())
    return fmt::format("{} read{} it too", fmt::join(readers, ", "), readers.size() == 1 ? "s" : "");
  return graph.isOutput(value) ? "it is an output of the network" : "it is tapped";
}

}  // namespace

std::vector<Decision> reasonsOf(const Graph& graph, std::span<const Offer> offers, size_t taken,
                                const CoverRegion& chosen) {
  const Region& region = chosen.region;
  std::vector<Decision> decisions;
  const auto say = [&](DecisionKind kind, std::string what, std::string sentence) {
    decisions.push_back({kind, displayName(graph, region), std::move(what), std::move(sentence)});
  };
  if (chosen.fallback) say(DecisionKind::fallback, {}, whyFallback(graph, region, offers[taken].refusals));
  for (const Refusal& refusal : offers[taken].refusals)
    say(DecisionKind::declined, refusal.tactic, refusal.sentence);
  if (taken + 1 < offers.size()) {
    const std::vector<NodeId>& all = offers.back().region.region.members;
    const size_t next = region.members.size(), after = all.size() - next - 1;
    say(DecisionKind::notFused, displayName(graph, all[next]),
        whyCutShort(offers[taken + 1], chosen) +
            (after > 0 ? fmt::format(" (what follows it, {} nodes, stays with it)", after) : ""));
  }
  for (const NodeId member : region.members) {
    const ValueId value = graph.node(member).out.front();
    if (member != region.members.back() && contains(region.outputs, value))
      say(DecisionKind::kept, graph.value(value).name, readersOf(graph, value, region.members));
  }
  return decisions;
}

std::vector<Decision> reasonsOf(const Graph& graph, const CoverRegion& chosen,
                                std::span<const Outsider> outsiders) {
  std::vector<Decision> decisions;
  for (const Outsider& outsider : outsiders)
    decisions.push_back({DecisionKind::notFused, displayName(graph, chosen.region),
                         displayName(graph, outsider.node), sentenceOf(graph, outsider)});
  return decisions;
}

}  // namespace ridge
