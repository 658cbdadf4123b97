#include <fmt/format.h>

#include "analyze/explain/overview.h"
#include "analyze/explain/story.h"
#include "base/text.h"
#include "commands.h"
#include "common/source.h"

namespace ridge::tool {

namespace {

using analyze::ExplainedStep;
using analyze::Explanation;
using analyze::ofKind;

struct Flags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  PlanFlags plan;
  std::string path;
  std::vector<std::string> layers;
  bool all = false;
};

/// Microseconds; null where nothing was timed.
Json timeJson(double ns) {
  return ns > 0 ? Json(ns / 1e3) : Json();
}

Json triedJson(const ExplainedStep& step) {
  Json tried = Json::array();
  for (const Decision& one : ofKind(step.decisions, DecisionKind::tried))
    tried.push_back({{"tactic", one.what},
                     {"estimate_us", one.estimateNs / 1e3},
                     {"measured_us", timeJson(one.measuredNs)},
                     {"chosen", one.chosen}});
  return tried;
}

/// [{KEY: what, "reason": sentence}].
Json reasonsJson(const ExplainedStep& step, DecisionKind kind, const char* key) {
  Json reasons = Json::array();
  for (const Decision& one : ofKind(step.decisions, kind))
    reasons.push_back({{key, one.what}, {"reason", one.sentence}});
  return reasons;
}

Json movementJson(const Decision& one) {
  return {{"kind", name(one.kind)},
          {"subject", one.subject},
          {"what", one.what},
          {"bytes", one.bytes},
          {"estimate_us", one.estimateNs / 1e3},
          {"sentence", one.sentence}};
}

/// What moves or keeps arrays: reformats, copies, transfers.
Json layoutJson(const std::vector<Decision>& decisions) {
  Json layout = Json::array();
  for (const Decision& one : decisions) switch (one.kind) {
      case DecisionKind::reformat:
      case DecisionKind::copied:
      case DecisionKind::transfer:
      case DecisionKind::view:
      case DecisionKind::inPlace:
        layout.push_back(movementJson(one));
        break;
      default:
        break;
    }
  return layout;
}

/// The orders in which arrays arrive and leave.
Json ordersJson(const std::vector<ArraySpec>& arrays) {
  Json orders = Json::array();
  for (const ArraySpec& array : arrays)
    if (const std::string order = analyze::orderOf(array); !order.empty()) orders.push_back(order);
  return orders;
}

Json stepJson(const ExplainedStep& at) {
  const Step& step = *at.step;
  const auto fallback = ofKind(at.decisions, DecisionKind::fallback);
  return {{"name", step.name},
          {"kernel", analyze::kernelOf(step)},
          {"depth", at.depth},
          {"ops", step.ops},
          {"members", step.members},
          {"origins", step.origins},
          {"estimate_us", step.estimateNs / 1e3},
          {"measured_us", timeJson(step.measuredNs)},
          {"tried", triedJson(at)},
          {"declined", reasonsJson(at, DecisionKind::declined, "tactic")},
          {"not_fused", reasonsJson(at, DecisionKind::notFused, "node")},
          {"kept", reasonsJson(at, DecisionKind::kept, "value")},
          {"layout", layoutJson(at.decisions)},
          {"orders", {{"in", ordersJson(step.kernel.in)}, {"out", ordersJson(step.kernel.out)}}},
          {"precision", {{"asked", at.asked}, {"given", at.given}}},
          {"fallback", fallback.empty() ? Json() : Json(fallback.front().sentence)}};
}

Json passesJson(const Explanation& explanation, DecisionKind kind) {
  Json passes = Json::array();
  for (const Decision& pass : ofKind(explanation.passes, kind))
    passes.push_back({{"pass", pass.subject}, {"nodes", pass.nodes}, {"sentence", pass.sentence}});
  return passes;
}

Json islandsJson(const Explanation& explanation) {
  Json islands = Json::array();
  for (const ExplainedStep& at : explanation.steps) {
    Json causes = Json::array();
    for (const Decision& one : ofKind(at.decisions, DecisionKind::island))
      causes.push_back({{"node", one.subject}, {"reason", one.sentence}});
    if (!causes.empty())
      islands.push_back(
          {{"name", at.step->name}, {"members", at.step->members}, {"causes", std::move(causes)}});
  }
  return islands;
}

Json documentOf(const Explanation& explanation, const Source& source) {
  const Plan& plan = source.executable->plan();
  Json json{{"kind", "explain"},
            {"model_name", source.data().fact("model")},
            {"device", plan.device},
            {"isa", plan.architecture},
            {"tuned_threads", plan.tunedThreads}};
  json["steps"] = Json::array();
  for (const ExplainedStep& step : explanation.steps) json["steps"].push_back(stepJson(step));
  json["stepless"] = layoutJson(explanation.stepless);
  json["passes"] = passesJson(explanation, DecisionKind::passApplied);
  json["passes_declined"] = passesJson(explanation, DecisionKind::passDeclined);
  json["islands"] = islandsJson(explanation);
  return json;
}

void printTable(const analyze::Rows& rows, const Output& out) {
  if (rows.size() < 2) return;
  out.line("");
  out.table(rows);
}

void printOverview(const Explanation& explanation, const Plan& plan, const Output& out) {
  out.line(fmt::format("{} on {} ({}), {}", counted(std::ssize(explanation.steps), "step"),
                       escaped(plan.device), escaped(plan.architecture),
                       plan.tunedThreads > 0 ? "timed with " + counted(plan.tunedThreads, "thread")
                                             : "by the cost model: nothing was timed"));
  printTable(stepRows(explanation), out);
  if (mixesTimes(explanation)) out.line("~: by the cost model; the other times were measured");
  printTable(notFusedRows(explanation), out);
  printTable(passRows(explanation), out);
  const std::vector<std::string> notes = remarks(explanation);
  if (!notes.empty()) out.line("");
  for (const std::string& note : notes) out.line(note);
}

void printStory(const analyze::Story& story, const Output& out) {
  out.line(story.title);
  for (const std::string& sentence : story.sentences) out.line("  " + sentence);
}

/// Null for an engine without its portable graph.
const Graph* namedGraph(const Source& source) {
  try {
    return &source.named();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::input) throw;
    return nullptr;
  }
}

int run(const Flags& flags) {
  flags.common.apply();
  const Output out(flags.common);
  BuildOptions options = optionsOf(flags.plan, flags.limits, Tune::fast, out);
  options.read.standIns = true;  // of a network without weights the plan can be told all the same
  const Source source = openSource(flags.path, flags.shapes.requests().front(), options, out);
  const Plan& plan = source.executable->plan();
  const EngineData& data = source.data();
  const Explanation explanation = analyze::explain(plan, data.decisions, data.fact("precision"));
  Json json = documentOf(explanation, source);
  const Graph* const named = namedGraph(source);
  for (const std::string& layer : flags.layers)
    for (const analyze::Story& story : analyze::storiesOf(explanation, layer, named)) {
      printStory(story, out);
      json["stories"].push_back({{"title", story.title}, {"sentences", story.sentences}});
    }
  if (flags.all)
    for (const ExplainedStep& step : explanation.steps) printStory(storyOf(explanation, step), out);
  if (flags.layers.empty() && !flags.all) printOverview(explanation, plan, out);
  out.json(std::move(json));
  return 0;
}

}  // namespace

std::function<int()> addExplain(CLI::App& app) {
  auto flags = std::make_shared<Flags>();
  app.add_option("MODEL|ENGINE", flags->path, "an engine, or an .onnx file, which is built in memory first")
      ->required();
  app.add_option("--layer", flags->layers,
                 "the story of a step, node or value, also of one that is gone; a glob");
  app.add_flag("--all", flags->all, "the story of every step");
  flags->shapes.add(app);
  flags->plan.add(app);
  flags->limits.add(app);
  flags->common.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace ridge::tool
