#include "analyze/explain/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "analyze/explain/sentences.h"
#include "base/error.h"
#include "base/text.h"
#include "ir/dump.h"

namespace ridge::analyze {

namespace {

constexpr size_t kMostPasses = 12;

/// "a, b and c" of what is not the step itself.
std::vector<std::string> others(const Step& step) {
  std::vector<std::string> names;
  for (const std::string& member : step.members)
    if (member != step.name) names.push_back(member);
  return names;
}

class Storyteller {
 public:
  Storyteller(const Explanation& explanation, const ExplainedStep& at)
      : explanation_(explanation), at_(at), step_(*at.step) {}

  Story tell() {
    story_.title = escaped(step_.name);
    kernel();
    tried();
    fusion();
    inputs();
    outputs();
    precision();
    rest();
    passes();
    return std::move(story_);
  }

 private:
  void say(std::string sentence) { story_.sentences.push_back(std::move(sentence)); }

  template <class Use>
  void each(DecisionKind kind, const Use& use) const {
    for (const Decision& decision : at_.decisions)
      if (decision.kind == kind) use(decision);
  }

  void kernel() {
    const std::string name = escaped(step_.name);
    if (step_.control)
      return say(fmt::format("{} runs {} as plans of their own, {}.", name,
                             step_.bodies.size() == 1 ? "its body" : "its bodies",
                             timeOf(step_.estimateNs, step_.measuredNs)));
    if (isPlannersOwn(step_))
      return say(fmt::format("{} is a value; the planner put this {} in, {}.", name,
                             escaped(step_.ops.front()), timeOf(step_.estimateNs, step_.measuredNs)));
    say(fmt::format("{} ({}) runs as {} in {}.", name, escaped(fmt::format("{}", fmt::join(step_.ops, "+"))),
                    escaped(kernelOf(step_)), timeOf(step_.estimateNs, step_.measuredNs)));
  }

  void tried() {
    const std::vector<Decision> all = ofKind(at_.decisions, DecisionKind::tried);
    if (all.size() == 1) say("No other kernel was offered for it.");
    if (all.size() > 1) {
      std::string text = fmt::format("{} ways to run it were compared: ", all.size());
      for (size_t at = 0; at < all.size(); ++at)
        text += fmt::format("{}{} {}{}", at == 0 ? "" : ", ", escaped(all[at].what), timeOf(all[at]),
                            all[at].chosen ? ", taken" : "");
      say(text + ".");
      notTheFastest(all);
    }
    each(DecisionKind::declined, [&](const Decision& refusal) {
      say(fmt::format("{} declined: {}.", escaped(refusal.what), shownText(refusal.sentence)));
    });
  }

  void notTheFastest(const std::vector<Decision>& all) {
    const auto cost = [](const Decision& one) {
      return one.measuredNs > 0 ? one.measuredNs : one.estimateNs;
    };
    const auto taken = std::find_if(all.begin(), all.end(), [](const Decision& one) { return one.chosen; });
    const auto faster = [&](const Decision& one) { return taken != all.end() && cost(one) < cost(*taken); };
    if (std::any_of(all.begin(), all.end(), faster))
      say("The fastest of them would have needed arrays in other orders: with the copies around it, it would "
          "have taken longer.");
  }

  void fusion() {
    if (const std::vector<std::string> fused = others(step_); !fused.empty() && !step_.fallback)
      say(fmt::format("{} {} computed in the same step, without a way through memory.", listed(fused, 24),
                      fused.size() == 1 ? "is" : "are"));
    each(DecisionKind::kept, [&](const Decision& kept) {
      say(fmt::format("The inner value {} is stored too: {}.", escaped(kept.what), shownText(kept.sentence)));
    });
    each(DecisionKind::notFused, [&](const Decision& left) {
      const Step* home = homeOf(at_, left.what);
      const std::string where = home && isFused(*home, left.what)
                                    ? fmt::format("is computed with {} instead", escaped(home->name))
                                    : "runs on its own";
      say(fmt::format("{} follows, but {}: {}.", escaped(left.what), where, shownText(left.sentence)));
    });
  }

  void inputs() {
    if (isPlannersOwn(step_)) return;
    for (size_t at = 0; at < step_.kernel.in.size(); ++at) {
      const std::string order = orderOf(step_.kernel.in[at]);
      const Step* writer = writerOf(at_, at);
      const int32_t array = at < step_.reads.size() ? step_.reads[at] : -1;
      if (array < 0 || order.empty()) continue;
      const std::string name = escaped(valueOf(array).name);
      if (writer && writer->ops.front() == "reformat")
        say(fmt::format("Its input {} is copied into {} order first, {}.", name, order,
                        timeOf(writer->estimateNs, writer->measuredNs)));
      else
        say(fmt::format("Its input {} arrives {}{}: no copy was needed.", name,
                        order.starts_with("a ") ? "as " : "in ",
                        order.starts_with("a ") ? order : order + " order"));
    }
  }

  void outputs() {
    for (const Step& reader : at_.plan->steps)
      if (isPlannersOwn(reader) && !isPlannersOwn(step_) && !reader.reads.empty() &&
          std::count(step_.writes.begin(), step_.writes.end(), reader.reads.front()) > 0)
        say(fmt::format("Its result {} goes through a step of its own afterwards ({}, {}).",
                        escaped(reader.name), escaped(reader.ops.front()),
                        timeOf(reader.estimateNs, reader.measuredNs)));
  }

  const PlannedValue& valueOf(int32_t array) const {
    return at_.plan->values[static_cast<size_t>(at_.plan->arrays[static_cast<size_t>(array)].value)];
  }

  void precision() {
    if (isPlannersOwn(step_)) return;
    const std::vector<Decision> reasons = ofKind(at_.decisions, DecisionKind::precision);
    say(reasons.empty()
            ? fmt::format("It runs in {}{}.", at_.given, at_.given == at_.asked ? ", as asked" : "")
            : fmt::format("It runs in {}: {}.", at_.given, shownText(reasons.front().sentence)));
  }

  void rest() {
    for (const DecisionKind kind : {DecisionKind::fallback, DecisionKind::place, DecisionKind::transfer,
                                    DecisionKind::reformat, DecisionKind::note})
      each(kind, [&](const Decision& one) {
        say(fmt::format("{} {}.", escaped(one.subject), shownText(one.sentence)));
      });
    for (const DecisionKind kind : {DecisionKind::island, DecisionKind::copied})
      each(kind, [&](const Decision& one) { say(movementSentence(one) + "."); });
  }

  /// Rewrites of the nodes that it stems from.
  void passes() {
    std::vector<std::string> said;
    for (const Decision& pass : explanation_.passes)
      if (std::any_of(pass.nodes.begin(), pass.nodes.end(), [&](const std::string& node) {
            return std::count(step_.origins.begin(), step_.origins.end(), node) > 0;
          }))
        said.push_back("Before that, " + passSentence(pass) + ".");
    for (size_t at = 0; at < std::min(said.size(), kMostPasses); ++at) say(said[at]);
    if (said.size() > kMostPasses)
      say(fmt::format("{} more rewrites are in the JSON document.", said.size() - kMostPasses));
  }

  const Explanation& explanation_;
  const ExplainedStep& at_;
  const Step& step_;
  Story story_;
};

/// Names that a step answers to.
std::vector<std::string> namesOf(const ExplainedStep& at) {
  std::vector<std::string> names{at.step->name};
  for (const auto* list : {&at.step->members, &at.step->origins})
    names.insert(names.end(), list->begin(), list->end());
  for (const int32_t array : at.step->writes) {
    const auto index = static_cast<size_t>(at.plan->arrays[static_cast<size_t>(array)].value);
    names.push_back(at.plan->values[index].name);
    names.push_back(at.plan->values[index].source);
  }
  std::erase(names, "");
  return names;
}

/// Everything that could be asked for, to suggest the nearest.
std::vector<std::string> allNames(const Explanation& explanation) {
  std::set<std::string> names;
  for (const ExplainedStep& step : explanation.steps)
    for (std::string& name : namesOf(step)) names.insert(std::move(name));
  for (const Decision& decision : explanation.stepless) names.insert(decision.subject);
  for (const Decision& pass : explanation.passes) names.insert(pass.nodes.begin(), pass.nodes.end());
  names.erase("");
  return {names.begin(), names.end()};
}

using Matches = std::function<bool(std::string_view)>;

/// Nodes that no step stems from, with what passes did to them.
std::vector<Story> removedNodes(const Explanation& explanation, const Matches& matches) {
  std::set<std::string> known;
  for (const ExplainedStep& step : explanation.steps)
    known.insert(step.step->origins.begin(), step.step->origins.end());
  for (const Decision& decision : explanation.stepless) known.insert(decision.subject);
  std::vector<Story> stories;
  for (const Decision& pass : explanation.passes)
    for (const std::string& node : pass.nodes) {
      if (pass.kind != DecisionKind::passApplied || known.contains(node) || !matches(node)) continue;
      const std::string title = escaped(node);
      const auto told = std::find_if(stories.begin(), stories.end(),
                                     [&](const Story& story) { return story.title == title; });
      Story& story = told != stories.end() ? *told : stories.emplace_back();
      if (story.title.empty()) {
        story.title = title;
        story.sentences.push_back(title + " is in no step: nothing is left of it to run.");
      }
      story.sentences.push_back("Of it, " + passSentence(pass) + ".");
    }
  return stories;
}

std::vector<Story> matchingStories(const Explanation& explanation, const Matches& matches) {
  std::vector<Story> stories;
  for (const ExplainedStep& step : explanation.steps) {
    const std::vector<std::string> names = namesOf(step);
    const auto found = std::find_if(names.begin(), names.end(), matches);
    if (found == names.end()) continue;
    stories.push_back(storyOf(explanation, step));
    if (*found != step.step->name)
      stories.back().sentences.insert(
          stories.back().sentences.begin(),
          fmt::format("{} is part of the step {}.", escaped(*found), escaped(step.step->name)));
  }
  for (const Decision& decision : explanation.stepless)
    if (matches(decision.subject))
      stories.push_back({escaped(decision.subject), {movementSentence(decision) + "."}});
  for (Story& story : removedNodes(explanation, matches)) stories.push_back(std::move(story));
  return stories;
}

/// Computed values of a graph and of its bodies, with the node that makes each ("": the caller gives it).
void addMakers(const Graph& graph, std::map<std::string, std::string>& makers) {
  for (ValueId id = 0; id < graph.valueCount(); ++id) {
    const NodeId maker = graph.producer(id);
    if (graph.value(id).isConstant() || graph.value(id).name.empty()) continue;
    makers.emplace(graph.value(id).name, maker == kNoNode ? "" : displayName(graph, maker));
  }
  for (const NodeId id : graph.order())
    for (const auto& body : graph.node(id).bodies) addMakers(*body, makers);
}

/// A value that no step stores has the story of the node that makes it.
void addInside(const Explanation& explanation, const std::string& value, const std::string& maker,
               std::vector<Story>& stories) {
  const std::string name = escaped(value);
  if (maker.empty()) return stories.push_back({name, {name + " is an input: no step makes it."}});
  for (Story& story : matchingStories(explanation, [&](std::string_view node) { return node == maker; })) {
    story.sentences.insert(story.sentences.begin(), fmt::format("{} is made by {}.", name, escaped(maker)));
    stories.push_back(std::move(story));
  }
}

}  // namespace

Story storyOf(const Explanation& explanation, const ExplainedStep& step) {
  return Storyteller(explanation, step).tell();
}

std::vector<Story> storiesOf(const Explanation& explanation, std::string_view pattern, const Graph* named) {
  std::vector<std::string> known = allNames(explanation);
  std::map<std::string, std::string> makers;
  if (named) addMakers(*named, makers);
  for (const std::string& name : known) makers.erase(name);
  for (const auto& [value, maker] : makers) known.push_back(value);
  // Names may look like patterns ("Conv[0]"): one that is meant to the letter wins.
  const bool exact = std::find(known.begin(), known.end(), pattern) != known.end();
  const Matches matches = [&](std::string_view name) {
    return exact ? name == pattern : matchesGlob(pattern, name);
  };
  std::vector<Story> stories = matchingStories(explanation, matches);
  if (exact && stories.empty())
    for (const auto& [value, maker] : makers)
      if (matches(value)) addInside(explanation, value, maker, stories);
  if (stories.empty())
    failUsage(
        fmt::format("no step, node or value is called {}{}", inQuotes(pattern), orSuggestion(pattern, known)),
        "--layer", "`ridge inspect --layers` lists them");
  return stories;
}

}  // namespace ridge::analyze
